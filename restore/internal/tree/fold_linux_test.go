package tree_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"firn/restore/internal/tree"
)

// The nearest directory that can be written is tried: the user may not write the others.
func TestFoldsInADirectoryOfTheUser(t *testing.T) {
	tr, dir := open(t, tree.Options{})
	if _, err := tr.MakeDirectory("home/closed"); err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	home := filepath.Join(dir, "home")
	err := errors.Join(os.Chmod(filepath.Join(home, "closed"), 0o555), os.Chmod(dir, 0o555))
	if os.Getuid() == 0 {
		err = errors.Join(err, os.Chown(home, nobody, nobody))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	asUser(t, nobody, func() {
		for _, name := range []string{"home", "home/closed", "home/closed/missing/more"} {
			if folds, err := tr.Folds(name, "key"); err != nil || folds {
				t.Errorf("%s: %t, %v", name, folds, err)
			}
		}
		for _, name := range []string{"", "etc"} {
			if _, err := tr.Folds(name, "key"); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
	if left := names(t, home); len(left) != 1 {
		t.Errorf("there are %q", left)
	}
}

// asUser calls f with the rights of another user, if this one is root.
func asUser(t *testing.T, uid int, f func()) {
	t.Helper()
	if os.Getuid() == 0 {
		runtime.LockOSThread() // the rights are those of a thread
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(uid); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Setfsuid(0); err != nil {
				t.Error(err)
			}
		}()
	}
	f()
}
