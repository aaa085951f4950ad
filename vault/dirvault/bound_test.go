package dirvault_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// bound reports whether this process is bound by the modes of files. Root is not: then
// bound has run the test in a process that is, and there is nothing left to do.
func bound(t *testing.T) bool {
	t.Helper()
	if os.Getuid() != 0 || os.Getenv(childRole) == "bound" {
		return true
	}
	ended := make(chan error)
	go func() {
		if err := bind(); err != nil {
			ended <- err
			return
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		child.Env = append(os.Environ(), childRole+"=bound")
		child.Stdout, child.Stderr = os.Stderr, os.Stderr
		ended <- child.Run()
	}()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return false
}

// forbid takes the right to write away from everything below dir, until the test ends.
func forbid(t *testing.T, dir string) {
	t.Helper()
	chmod := func(and, or fs.FileMode) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			return os.Chmod(path, info.Mode().Perm()&and|or)
		})
		if err != nil {
			t.Error(err)
		}
	}
	chmod(0o555, 0)
	t.Cleanup(func() { chmod(0o777, 0o700) })
}

// state is how a file looks from outside.
type state struct {
	size     int64
	mode     fs.FileMode
	modified time.Time
}

// states returns how everything below dir looks, by path.
func states(t *testing.T, dir string) map[string]state {
	t.Helper()
	all := make(map[string]state)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[path] = state{info.Size(), info.Mode(), info.ModTime()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
