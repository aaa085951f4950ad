package restore

import (
	"cmp"
	"strings"

	"firn/record"
)

// item is a file to restore.
type item struct {
	Path string
	record.File
	// Collides is set if an earlier file of the directory has the same name to a file system
	// that ignores case and normal forms.
	Collides bool
	// Selected is set for a directory that is selected itself. Others are those above a
	// selected file.
	Selected bool
	// Room is how many bytes a regular file takes on the disk.
	Room int64
}

// weight returns about how many bytes of memory an item takes.
func (i item) weight() int {
	n := 400 + len(i.Path) + len(i.More.Link) + 16*len(i.More.Holes)
	for name, value := range i.More.Xattrs {
		n += 100 + len(name) + len(value)
	}
	return n
}

// roomOf returns how many bytes the content takes on the disk, as far as its holes are known.
func roomOf(f record.File, c content) (room int64) {
	for _, p := range c.pieces {
		room += p.Bytes
	}
	for _, h := range f.More.Holes {
		if h.Size > 0 && h.Size <= room {
			room -= h.Size
		}
	}
	return room
}

// piece is a run of bytes in a pack: the content of a file, or a segment of it.
type piece struct {
	Of     item  // the file; of a segment, its path alone
	Pack   int64 // the key of the pack; 0: there are no bytes
	Place  int64 // in the tar stream of the pack
	Bytes  int64
	Digest record.Digest // of the bytes
	Large  int           // for a segment: the number of its file in the plan, from 1
	At     int64         // for a segment: where it begins in the file
}

// byPlace orders pieces as they lie in packs.
func byPlace(a, b piece) int {
	return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Place, b.Place))
}

// byPath orders files by their paths.
func byPath(a, b item) int { return strings.Compare(a.Path, b.Path) }

// byPathBackwards orders directories so that each comes after those in it.
func byPathBackwards(a, b item) int { return strings.Compare(b.Path, a.Path) }

// byKind orders links and special files so that symbolic links are the last.
func byKind(a, b item) int {
	return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), strings.Compare(a.Path, b.Path))
}

func rank(k record.FileKind) int {
	switch k {
	case record.Hardlink:
		return 0
	case record.Symlink:
		return 2
	}
	return 1
}

// byLink orders hard links by the file that they are.
func byLink(a, b item) int { return strings.Compare(a.More.Link, b.More.Link) }

// large is a file whose content consists of segments.
type large struct {
	item
	Digest record.Digest
	left   int   // segments that are not written yet
	failed error // why it cannot be restored
	there  bool  // it is complete, or must not be written
}

// isWanted reports whether the file is to be written.
func (l *large) isWanted() bool { return !l.there && l.failed == nil }
