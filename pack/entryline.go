package pack

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// entryLine is the JSON of an Entry.
type entryLine struct {
	Type        Type              `json:"type"`
	Name        string            `json:"name,omitempty"`
	NameB64     []byte            `json:"nameB64,omitempty"`
	Size        int64             `json:"size,omitempty"`
	Digest      Digest            `json:"digest,omitzero"`
	Offset      int64             `json:"offset,omitempty"`
	LinkName    string            `json:"linkName,omitempty"`
	LinkNameB64 []byte            `json:"linkNameB64,omitempty"`
	ModTime     time.Time         `json:"modtime,omitzero"`
	ChangeTime  time.Time         `json:"changeTime,omitzero"`
	Inode       uint64            `json:"inode,omitempty"`
	Mode        uint32            `json:"mode,omitempty"`
	UID         uint32            `json:"uid,omitempty"`
	GID         uint32            `json:"gid,omitempty"`
	UserName    string            `json:"userName,omitempty"`
	GroupName   string            `json:"groupName,omitempty"`
	DevMajor    uint32            `json:"devMajor,omitempty"`
	DevMinor    uint32            `json:"devMinor,omitempty"`
	Xattrs      map[string][]byte `json:"xattrs,omitempty"`
	XattrsB64   map[string][]byte `json:"xattrsB64,omitempty"`
	Attributes  uint32            `json:"attributes,omitempty"`
	ChunkOffset int64             `json:"chunkOffset,omitempty"`
	ChunkSize   int64             `json:"chunkSize,omitempty"`
	ChunkDigest Digest            `json:"chunkDigest,omitzero"`
	ChunkType   string            `json:"chunkType,omitempty"`
}

const zeros = "zeros"

func (line *entryLine) set(e *Entry) {
	*line = entryLine{
		Type: e.Type, Size: e.Size, Digest: e.Digest, Offset: e.Offset,
		ModTime: fit(e.ModTime), ChangeTime: fit(e.ChangeTime), Inode: e.Inode,
		Mode: e.Mode, UID: e.UID, GID: e.GID,
		UserName: text(e.UserName), GroupName: text(e.GroupName),
		DevMajor: e.DevMajor, DevMinor: e.DevMinor, Attributes: e.Attributes,
		ChunkOffset: e.ChunkOffset, ChunkSize: e.ChunkSize, ChunkDigest: e.ChunkDigest,
	}
	line.Name, line.NameB64 = textOrBytes(e.Name)
	line.LinkName, line.LinkNameB64 = textOrBytes(e.LinkName)
	if e.Zeros {
		line.ChunkType = zeros
	}
	for name, value := range e.Xattrs {
		if utf8.ValidString(name) {
			line.Xattrs = put(line.Xattrs, name, value)
		} else {
			line.XattrsB64 = put(line.XattrsB64, base64.StdEncoding.EncodeToString([]byte(name)), value)
		}
	}
}

func (line *entryLine) entry() (Entry, error) {
	e := Entry{
		Type: line.Type, Size: line.Size, Digest: line.Digest, Offset: line.Offset,
		ModTime: line.ModTime.UTC(), ChangeTime: line.ChangeTime.UTC(), Inode: line.Inode,
		Mode: line.Mode, UID: line.UID, GID: line.GID,
		UserName: line.UserName, GroupName: line.GroupName,
		DevMajor: line.DevMajor, DevMinor: line.DevMinor,
		Xattrs: line.Xattrs, Attributes: line.Attributes,
		ChunkOffset: line.ChunkOffset, ChunkSize: line.ChunkSize, ChunkDigest: line.ChunkDigest,
		Zeros: line.ChunkType == zeros,
	}
	if line.ChunkType != "" && !e.Zeros {
		return e, fmt.Errorf("a chunk has the unknown type %.100q", line.ChunkType)
	}
	var err error
	if e.Name, err = either(line.Name, line.NameB64); err != nil {
		return e, err
	}
	if e.LinkName, err = either(line.LinkName, line.LinkNameB64); err != nil {
		return e, err
	}
	for encoded, value := range line.XattrsB64 {
		name, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return e, fmt.Errorf("the name of an extended attribute of %.100q is not base64: %w", e.Name, err)
		}
		e.Xattrs = put(e.Xattrs, string(name), value)
	}
	return e, nil
}

func put(m map[string][]byte, name string, value []byte) map[string][]byte {
	if m == nil {
		m = map[string][]byte{}
	}
	m[name] = value
	return m
}

// textOrBytes returns a string of bytes as text, or as bytes if it is not UTF-8.
func textOrBytes(s string) (string, []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return "", []byte(s)
}

var errBothNames = errors.New("an entry has a name as text and another as bytes")

// either is the inverse of textOrBytes.
func either(text string, bytes []byte) (string, error) {
	switch {
	case len(bytes) == 0:
		return text, nil
	case text != "":
		return "", errBothNames
	}
	return string(bytes), nil
}

// text returns the name of an owner as UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// fit returns the nearest time in UTC that RFC 3339 can express.
func fit(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Year() < 0:
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	}
	return t
}
