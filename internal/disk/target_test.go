package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"firn/internal/disk"
)

// An error about a temporary file names the file that the user knows.
func TestForTarget(t *testing.T) {
	dir := t.TempDir()
	_, missing := os.CreateTemp(filepath.Join(dir, "none"), ".copy-*")
	_, other := os.Open(filepath.Join(dir, "other"))
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a file":       {missing, `open "copy": no such file or directory`},
		"a rename":     {&os.LinkError{Op: "rename", Old: "/x/.copy-1", New: "/x/copy", Err: fs.ErrPermission}, `rename "copy": ` + fs.ErrPermission.Error()},
		"another file": {other, other.Error()},
		"no file":      {errors.New("something"), "something"},
	} {
		err := disk.ForTarget(c.err, ".copy-", "copy")
		if err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if cause := errors.Unwrap(c.err); cause != nil && !errors.Is(err, cause) {
			t.Errorf("%s: %v does not wrap %v", name, err, cause)
		}
	}
	if err := disk.ForTarget(nil, ".copy-", "copy"); err != nil {
		t.Error(err)
	}
}
