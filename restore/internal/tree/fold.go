package tree

import (
	"errors"
	"hash/maphash"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"firn/internal/disk"
	"firn/record"
)

// Folds reports whether a file system takes names for the same that differ in case or in their
// normal form. It tries that of a directory, or of the nearest one above that exists and can be
// written. The error is that of the directory of the tree. Restores that run at once have different
// keys; the same restore has the same one again, because a file stays if it is killed here.
func (t *Tree) Folds(name, key string) (folds bool, err error) {
	for {
		dir, err := t.directory(name)
		if err == nil {
			folds, err = foldsIn(dir, key)
			err = errors.Join(err, dir.Close())
		}
		if err == nil || name == "" {
			return folds, err
		}
		name = name[:max(strings.LastIndexByte(name, '/'), 0)]
	}
}

func foldsIn(dir *os.Root, key string) (folds bool, err error) {
	begin := temp(key, record.Digest{})
	name := begin + "-N\u00e4me"
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|disk.NoFollow, 0o600)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, dir.Remove(name)) }()
	if err := f.Close(); err != nil {
		return false, err
	}
	for _, other := range []string{begin + "-n\u00e4mE", norm.NFD.String(name)} {
		_, err := dir.Lstat(other)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			return false, err
		}
	}
	return false, nil
}

// Names finds names in a directory that some file systems take for the same. The names of a
// directory come together; it remembers those of one directory, in 16 bytes each.
type Names struct {
	seed maphash.Seed
	dir  string
	seen map[uint64]uint64 // hash of the folded name to hash of the name
}

// NewNames returns a Names that has seen no name.
func NewNames() *Names {
	return &Names{seed: maphash.MakeSeed(), seen: make(map[uint64]uint64)}
}

// Add adds a path. It reports whether an earlier one is the same, or is the same to such a file
// system.
func (n *Names) Add(name string) (twice, collides bool) {
	if dir := path.Dir(name); dir != n.dir {
		n.dir = dir
		clear(n.seen)
	}
	base := path.Base(name)
	own := maphash.String(n.seed, base)
	folded := own
	if !isPlain(base) {
		folded = maphash.String(n.seed, norm.NFC.String(strings.ToLower(strings.ToUpper(norm.NFD.String(base)))))
	}
	before, collides := n.seen[folded]
	if !collides {
		n.seen[folded] = own
	}
	return collides && before == own, collides
}

// isPlain reports whether a name is its own folded form: most names are.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}
