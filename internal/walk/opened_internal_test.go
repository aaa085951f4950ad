//go:build linux

package walk

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/sys/unix"
)

// Without /proc, and on other systems, attributes are read from the open file.
func TestAttributesOfAnOpenFileAreTheSame(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setxattr(path, "user.a", []byte("value"), 0); err != nil {
		t.Fatal(err)
	}
	h, err := openTop(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	var e Entry
	if err := h.lstat("file", &e); err != nil {
		t.Fatal(err)
	}
	want, err := h.xattrs("file", &e)
	if err != nil || len(want) != 1 {
		t.Fatal(want, err)
	}
	if got, err := h.opened("file", &e); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	e.Inode++
	if _, err := h.opened("file", &e); err == nil {
		t.Error("the attributes of another file were read")
	}
}
