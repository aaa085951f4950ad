package tree_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"firn/record"
	"firn/restore/internal/tree"
)

// Whatever a path is, nothing is made outside of the directory.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"a/b", "../a", "/a", "a/../../b", "link/a", "link", "file/a", "a\x00", "..", "a//b", "\xff", ""} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		outside := t.TempDir()
		dir := filepath.Join(outside, "in")
		tr, err := tree.Open(dir, tree.Options{Force: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tr.Close() }()
		if err := os.Symlink("..", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = tr.MakeDirectory(path) // errors are as good as none
		if f, err := tr.Create(path, sha256.Sum256(nil)); err == nil {
			_, _ = f.Finish(0, record.File{Mode: 0o600})
		}
		_, _, _ = tr.Symlink(path+"l", record.File{Kind: record.Symlink, More: record.More{Link: path}})
		_, _ = tr.Hardlink(path+"h", record.File{More: record.More{Link: path}})
		if left := names(t, outside); len(left) != 1 {
			t.Errorf("%q: outside are %q", path, left)
		}
	})
}
