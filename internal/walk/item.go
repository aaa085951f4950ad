package walk

import (
	"errors"
	"time"
)

// MaxPath is the length of the longest path, from the root, in bytes. A longer one is an error,
// because no index of a backup could hold it.
const MaxPath = 32 << 10

// ErrChanged means that a file or directory is not the one that was listed.
var ErrChanged = errors.New("it was replaced while it was read")

// An Item is one result of a walk: an entry, or the reason why there is none. If Omitted is
// the zero Reason and Err is nil, it is an entry. An entry may be followed by an error for
// the same path, if something of it could not be read.
type Item struct {
	Entry          // without Omitted and Err; else only the path is known
	Omitted Reason // why the file was left out; for a directory, its content was left out, too
	Err     error  // what could not be read
	// Partial says, with Err, that the path is a directory of which not all names were read.
	Partial bool
}

// An Entry is a file of any type.
type Entry struct {
	Path       string // from the root, with slashes; bytes of any value; "." for the root
	Type       Type
	Mode       uint32 // permissions, setuid, setgid and sticky: the low 12 bits of st_mode
	Size       int64  // of a regular file, bytes
	ModTime    time.Time
	ChangeTime time.Time // the last change of the metadata; zero on Windows
	Inode      uint64    // zero on Windows, as the fields below
	Device     uint64    // the file system of the file
	Links      uint64
	UID, GID   uint32
	DevMajor   uint32 // of a device
	DevMinor   uint32
	LinkTarget string  // of a symbolic link
	Xattrs     []Xattr // ordered by name; on Linux they include access control lists
	Attributes uint32  // of Windows: the number of GetFileAttributes

	in *place // the directory
}

// An Xattr is an extended attribute.
type Xattr struct {
	Name  string
	Value []byte
}

// Type is the type of a file.
type Type uint8

// The types of files that a backup can store.
const (
	unsupported Type = iota // sockets, and what only one system knows
	Regular
	Directory
	Symlink
	CharDevice
	BlockDevice
	Fifo
)

// A Reason says why a file was left out. It is comparable, so files can be counted by reason.
type Reason struct {
	Kind    Kind
	Pattern string // of Excluded: the pattern
	Source  string // of Excluded: the path of the ignore file; empty for Options.Exclude
	Line    int    // of Excluded: the number of the pattern in its source, from 1
}

// Kind is the kind of a Reason.
type Kind uint8

// Why files are left out.
const (
	_               Kind = iota
	Excluded             // a pattern matches the file
	NotIncluded          // no pattern of Options.Include matches the file
	Cache                // the directory is a cache: only it and its CACHEDIR.TAG are read
	OtherFileSystem      // the file is on another file system than the root
	TooLarge             // the file is larger than Options.MaxSize
	Without              // a path of Options.Without
	Unsupported          // a socket or another type of file that a backup cannot store
)
