package tree_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"testing"

	"firn/restore/internal/tree"
)

// A suspended file is continued by its owner whatever its mode is: a run may have been killed after
// it had set that, and before the file got its name.
func TestSuspendedWithItsMode(t *testing.T) {
	tr, dir := open(t, tree.Options{})
	const nobody = 65534
	if os.Getuid() == 0 {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	top, err := os.OpenRoot(dir) // the other user may not open the directories above
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("segment"))
	asUser(t, nobody, func() {
		f, err := tr.Continue("disk", digest)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt([]byte("segment"), 0)
		if err = errors.Join(err, f.Suspend()); err != nil {
			t.Fatal(err)
		}
		left, err := fs.Glob(top.FS(), "*")
		if err != nil || len(left) != 1 {
			t.Fatal(left, err)
		}
		for _, mode := range []os.FileMode{0, 0o400} {
			if err := top.Chmod(left[0], mode); err != nil {
				t.Fatal(err)
			}
			if has, err := tr.HasSegment("disk", digest, 0, 7, digest); err != nil || !has {
				t.Errorf("%s: %t, %v", mode, has, err)
			}
			if err := top.Chmod(left[0], mode); err != nil {
				t.Fatal(err)
			}
			f, err := tr.Continue("disk", digest)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Suspend(); err != nil {
				t.Error(err)
			}
		}
	})
	if err := top.Close(); err != nil {
		t.Error(err)
	}
}
