package pack

import (
	"archive/tar"
	"fmt"
	"strings"
	"time"
)

const (
	blockSize   = 512 // bytes of a block of a tar stream
	segmentsDir = ".firn/segments/"
)

// header returns the header of a member.
func (m *member) header() *tar.Header {
	e := m.entry
	h := &tar.Header{
		Format: tar.FormatPAX, Typeflag: m.typeflag(), Name: e.Name, Linkname: e.LinkName, Size: m.size,
		Mode: int64(e.Mode), Uid: int(e.UID), Gid: int(e.GID), Uname: text(e.UserName), Gname: text(e.GroupName),
		ModTime: e.ModTime,
	}
	switch h.Typeflag {
	case tar.TypeDir:
		h.Name += "/"
	case tar.TypeReg:
		h.Linkname = "" // a link that is stored as a file
	case tar.TypeChar, tar.TypeBlock:
		h.Devmajor, h.Devminor = int64(e.DevMajor), int64(e.DevMinor)
	}
	for name, value := range e.Xattrs {
		if h.PAXRecords == nil {
			h.PAXRecords = map[string]string{}
		}
		h.PAXRecords["SCHILY.xattr."+xattrKey(name)] = string(value)
	}
	return h
}

// xattrKey writes the name of an extended attribute as GNU tar does. A key of a PAX record
// cannot have a =.
func xattrKey(name string) string {
	if !strings.ContainsAny(name, "%=") {
		return name
	}
	return strings.NewReplacer("%", "%25", "=", "%3D").Replace(name)
}

func (m *member) typeflag() byte {
	switch m.entry.Type {
	case TypeDir:
		return tar.TypeDir
	case TypeSymlink:
		return tar.TypeSymlink
	case TypeHardlink:
		if m.content == nil {
			return tar.TypeLink
		}
	case TypeChar:
		return tar.TypeChar
	case TypeBlock:
		return tar.TypeBlock
	case TypeFifo:
		return tar.TypeFifo
	}
	return tar.TypeReg
}

// formatHeader returns the header of a member that belongs to the format.
func formatHeader(name string, size int64, modTime time.Time) *tar.Header {
	return &tar.Header{
		Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: modTime,
	}
}

// header writes a header.
func (w *Writer) header(h *tar.Header) error {
	w.frames.nextMember()
	err := w.tar.WriteHeader(h)
	if err != nil && w.frames.err == nil {
		return fmt.Errorf("write the tar header of %.100q: %w", h.Name, err) // nothing is written
	}
	return err
}
