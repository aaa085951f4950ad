package pack

import (
	"encoding/json"
	"time"
)

// Type says what an [Entry] is.
type Type string

// The types of entries.
const (
	TypeFile     Type = "reg"
	TypeDir      Type = "dir"
	TypeSymlink  Type = "symlink"
	TypeHardlink Type = "hardlink"
	TypeChar     Type = "char"
	TypeBlock    Type = "block"
	TypeFifo     Type = "fifo"
	TypeChunk    Type = "chunk"  // a part of the file before it
	TypeBroken   Type = "broken" // a file whose content could not be read to its end
	TypeGone     Type = "gone"   // a name that no longer exists; only in the changes
)

// Entry is a line of the index or of the changes: a file, or a chunk of one.
type Entry struct {
	Type Type
	// Name is the absolute path of the file, without the first slash and without one at the
	// end. The bytes may be other than UTF-8. A chunk has the name of its file.
	Name string
	// Size is the size in bytes, and Digest the digest of the whole content. A TypeBroken has
	// no digest; other types have neither.
	Size   int64
	Digest Digest
	// Offset says where the content begins in the tar stream, for TypeFile, TypeBroken and
	// TypeChunk. 0 means that the content is elsewhere.
	Offset int64
	// LinkName is the target of a TypeSymlink, or the name of the file that a TypeHardlink
	// is.
	LinkName string
	// ModTime is the last change of the content, and ChangeTime that of the metadata. A zero
	// time is unknown.
	ModTime, ChangeTime time.Time
	Inode               uint64
	// Mode has the low 12 bits of st_mode: permissions, setuid, setgid and sticky.
	Mode                uint32
	UID, GID            uint32
	UserName, GroupName string
	// DevMajor and DevMinor are the numbers of the device that a TypeChar or TypeBlock is.
	DevMajor, DevMinor uint32
	// Xattrs has the extended attributes: names and values.
	Xattrs map[string][]byte
	// Attributes are those of Windows: the number that GetFileAttributes returns.
	Attributes uint32
	// ChunkOffset says where a TypeChunk begins in its file, ChunkSize how many bytes it has,
	// and ChunkDigest their digest. Zeros means that they are zero bytes, a hole.
	ChunkOffset, ChunkSize int64
	ChunkDigest            Digest
	Zeros                  bool
}

// MarshalJSON returns the object of the line, without the `\n`.
func (e Entry) MarshalJSON() ([]byte, error) {
	var line entryLine
	line.set(&e)
	return json.Marshal(&line)
}

// UnmarshalJSON parses the object of a line. It ignores fields that it does not know, and
// refuses an entry that the format does not allow.
func (e *Entry) UnmarshalJSON(text []byte) error {
	var line entryLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	entry, err := line.entry()
	if err == nil {
		err = entry.validate()
	}
	if err != nil {
		return invalid("%w", err)
	}
	*e = entry
	return nil
}
