package record

import (
	"crypto/sha256"
	"time"

	"firn/treehash"
	"firn/vault"
)

// SnapshotState is the progress of a snapshot.
type SnapshotState string

// The states of a snapshot.
const (
	// Running: the backup has not ended. The snapshot is partial: it has the files that
	// were stored so far, and those of the snapshot before that were not compared yet.
	Running SnapshotState = "running"
	// Complete: the backup has ended.
	Complete SnapshotState = "complete"
	// Forgotten: the user needs the snapshot no longer.
	Forgotten SnapshotState = "forgotten"
)

// Snapshot is the state of some directories of a host at one time.
type Snapshot struct {
	Key            int64  // the catalog's own key; 0 before the first save
	ID             string // 32 hexadecimal digits
	Vault          string // canonical URL
	Host           string
	Roots          []string // the directories, as in a pack: without the first slash
	Tags           []string
	State          SnapshotState
	Started, Ended time.Time // UTC; Ended is zero while State is Running
	Files, Bytes   int64     // of the whole snapshot
	Added          int64     // bytes of contents that were new
	Skipped        int64     // files that could not be read, or changed while they were read
	EndPack        int64     // the key of the pack that has the end of the snapshot; 0: none yet
}

// PackState is the progress of a pack.
type PackState string

// The states of a pack.
const (
	Writing PackState = "writing" // its file in the spool is not complete
	Spooled PackState = "spooled" // its file is complete and on the disk
	Packed  PackState = "stored"  // the vault has confirmed it
	Lost    PackState = "lost"    // it was given up before it was stored, or the vault has lost it
)

// Pack is one pack of a snapshot.
type Pack struct {
	Key         int64
	ID          string // 32 hexadecimal digits
	Vault       string
	Snapshot    int64 // its key
	Sequence    int   // within the snapshot, from 1
	State       PackState
	Archive     vault.ArchiveID // set once Packed
	Size        int64           // bytes of the archive
	PlainSize   int64           // bytes of the pack before encryption
	Header      []byte          // of the encryption; empty: not encrypted
	Tail        []byte          // where its frames are, as package pack writes it
	IndexDigest []byte          // SHA-256
	Last        []byte          // the last chunk of the encryption; empty: not encrypted
	// TreeHash is that of the archive, as its bytes were written into the spool. Zero while the
	// pack is Writing.
	TreeHash treehash.Hash
	// Through is how far the backup had come: the path of the last file that it had compared,
	// with a slash at the end if that is a directory. The packs of the snapshot that are
	// complete and not lost have everything that it changed up to there. Empty: they may not.
	// While the pack is Writing, it is where the pack began.
	Through string
	Created time.Time
	Updated time.Time // set when it is saved
}

// Digest is the SHA-256 of a content.
type Digest [sha256.Size]byte

// Content is bytes that a vault has: in a pack, or as segments.
type Content struct {
	Key      int64
	Digest   Digest
	Size     int64
	Pack     int64 // the key of its pack; 0 if it consists of segments
	Offset   int64 // in the tar stream of the pack
	Segments []Segmented
}

// Segmented is a segment of a large content.
type Segmented struct {
	Offset, Size int64
	Part         int64 // the key of its content; 0: zero bytes
}

// FileKind is the type of a file.
type FileKind uint8

// The kinds of files. The numbers are those in the catalog.
const (
	Regular FileKind = iota + 1
	Directory
	Symlink
	Hardlink // another name of a file that the snapshot has
	CharDevice
	BlockDevice
	Fifo
)

// Owner is the owner and the group of a file.
type Owner struct {
	UID, GID    uint32
	User, Group string
}

// File is a version of a file: what a backup stores of it beside its content.
type File struct {
	Name        string // within its directory, as bytes; empty: the directory at the root of a tree
	Kind        FileKind
	Mode        uint32 // the low 12 bits of st_mode
	Size        int64
	ModTime     int64 // nanoseconds since 1970
	ChangeTime  int64 // nanoseconds since 1970
	Inode       uint64
	Owner       Owner
	Content     int64 // the key of its content; 0: none
	More        More
	Since       int64 // the first snapshot that has this version
	Until       int64 // the first snapshot that has it no longer; 0: the newest one has it
	DirectoryID int64 // the key of its directory
}

// More is what few files have.
type More struct {
	Link       string            // target of a symbolic link, or the path of the file that a hard link is
	Major      uint32            // of a device
	Minor      uint32            // of a device
	Attributes uint32            // of Windows
	Xattrs     map[string][]byte // extended attributes
	Holes      []Extent          // ranges of zero bytes that take no room
}

// Extent is a range of bytes.
type Extent struct {
	Offset int64 `json:"offset"`
	Size   int64 `json:"size"`
}

// IsZero reports whether there is nothing.
func (m More) IsZero() bool {
	return m.Link == "" && m.Major == 0 && m.Minor == 0 && m.Attributes == 0 && len(m.Xattrs) == 0 && len(m.Holes) == 0
}

// Found is a version of a file with its path and the tree that has it.
type Found struct {
	File
	Vault, Host string
	Path        string // as in a pack: without the first slash
}

// FileChange is what a backup found in a directory.
type FileChange struct {
	Directory *Place
	// File is a version that is new or changed, or, if IsGone, only the name of a file that
	// is there no longer. A directory that is gone takes its content with it.
	File   File
	IsGone bool
	// Content is that of File, if it is not nil. Several changes may have the same one. If it
	// has no key, it is new, and gets one. Its pack is on record.
	Content *Content
}

// Place is a directory on record. Apply adds a place that has no key, and sets the key.
type Place struct {
	Key    int64  // 0: it was never recorded, so nothing in it is on record
	Parent *Place // of a place without a key
	Name   string // of a place without a key: within the parent
}

// Subdirectory is the version of a directory, and its place.
type Subdirectory struct {
	File
	Key int64 // of its place; 0: nothing in it is on record
}

// KeyRange is the keys First to Last.
type KeyRange struct{ First, Last int64 }

// Has reports whether a key is in the range.
func (r KeyRange) Has(key int64) bool { return r.First <= key && key <= r.Last }
