package pack

import (
	"fmt"
	"strings"
)

// validate checks an entry alone. What depends on the lines before it is checked by sequence.
func (e *Entry) validate() error {
	if err := validName(e.Name); err != nil {
		return err
	}
	switch {
	case e.Mode > 0o7777:
		return fmt.Errorf("%.100q has the mode %o; it has at most 12 bits", e.Name, e.Mode)
	case e.Size < 0 || e.Offset < 0 || e.ChunkOffset < 0 || e.ChunkSize < 0:
		return fmt.Errorf("%.100q has a negative size or offset", e.Name)
	}
	if err := e.validXattrs(); err != nil {
		return err
	}
	if err := e.validLink(); err != nil {
		return err
	}
	return e.validContent()
}

// validName checks the name of a member.
func validName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a name is empty")
	case len(name) > MaxName:
		return fmt.Errorf("the name %.100q... has %d bytes; the limit is %d", name, len(name), MaxName)
	case strings.IndexByte(name, 0) >= 0:
		return fmt.Errorf("the name %.100q has a NUL byte", name)
	case name[0] == '/':
		return fmt.Errorf("the name %.100q is absolute", name)
	case name == ".firn" || strings.HasPrefix(name, ".firn/"):
		return fmt.Errorf("the name %.100q belongs to the format", name)
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == "" || element == "." || element == ".." {
			return fmt.Errorf("the name %.100q has the element %q", name, element)
		}
	}
	return nil
}

func (e *Entry) validLink() error {
	switch {
	case e.Type == TypeHardlink:
		if err := validName(e.LinkName); err != nil {
			return fmt.Errorf("the target of the link %.100q: %w", e.Name, err)
		}
	case e.Type != TypeSymlink:
		if e.LinkName != "" {
			return fmt.Errorf("%.100q has the type %.100q and the target of a link", e.Name, e.Type)
		}
	case e.LinkName == "":
		return fmt.Errorf("the target of the link %.100q is empty", e.Name)
	case len(e.LinkName) > MaxName:
		return fmt.Errorf("the target of the link %.100q has %d bytes; the limit is %d", e.Name, len(e.LinkName), MaxName)
	case strings.IndexByte(e.LinkName, 0) >= 0:
		return fmt.Errorf("the target of the link %.100q has a NUL byte", e.Name)
	}
	return nil
}

func (e *Entry) validXattrs() error {
	size := 0
	for name, value := range e.Xattrs {
		if name == "" || strings.IndexByte(name, 0) >= 0 {
			return fmt.Errorf("%.100q has the extended attribute %.100q, which is no name", e.Name, name)
		}
		size += len(name) + len(value)
	}
	if size > MaxXattrs {
		return fmt.Errorf("%.100q has %d bytes of extended attributes; the limit is %d", e.Name, size, MaxXattrs)
	}
	return nil
}

// validContent checks the fields that depend on the type.
func (e *Entry) validContent() error {
	isChunk := e.ChunkOffset != 0 || e.ChunkSize != 0 || !e.ChunkDigest.IsZero() || e.Zeros
	hasContent := e.Size != 0 || e.Offset != 0 || !e.Digest.IsZero()
	switch e.Type {
	case TypeFile:
		if e.Digest.IsZero() {
			return fmt.Errorf("%.100q has no digest", e.Name)
		}
		hasContent = false
	case TypeBroken:
		if !e.Digest.IsZero() {
			return fmt.Errorf("%.100q is broken and has a digest", e.Name)
		}
		if e.Offset == 0 {
			return fmt.Errorf("%.100q is broken and has no offset", e.Name)
		}
		hasContent = false
	case TypeChunk:
		if e.Size != 0 || !e.Digest.IsZero() {
			return fmt.Errorf("a chunk of %.100q has the size or the digest of a file", e.Name)
		}
		return e.validChunk()
	case TypeDir, TypeSymlink, TypeHardlink, TypeChar, TypeBlock, TypeFifo, TypeGone:
	default:
		return fmt.Errorf("%.100q has the unknown type %.100q", e.Name, e.Type)
	}
	if isChunk {
		return fmt.Errorf("%.100q has the type %q and the fields of a chunk", e.Name, e.Type)
	}
	if hasContent {
		return fmt.Errorf("%.100q has the type %q and a content", e.Name, e.Type)
	}
	return nil
}

func (e *Entry) validChunk() error {
	switch {
	case e.ChunkSize == 0:
		return fmt.Errorf("a chunk of %.100q is empty", e.Name)
	case e.Zeros && (e.Offset != 0 || !e.ChunkDigest.IsZero()):
		return fmt.Errorf("a hole of %.100q has a digest or an offset", e.Name)
	case !e.Zeros && e.ChunkDigest.IsZero():
		return fmt.Errorf("a chunk of %.100q has no digest", e.Name)
	}
	return nil
}
