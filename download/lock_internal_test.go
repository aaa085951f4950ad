package download

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/vault"
)

// After another process opened the unfinished file and before it gets the lock, the owner may
// finish and rename the file. Then the other process must not write to it.
func TestAFileThatWasFinishedBeforeItsLock(t *testing.T) {
	for name, finish := range map[string]func(path string) error{
		"renamed": func(path string) error { return os.Rename(path, path+".whole") },
		"linked":  func(path string) error { return errors.Join(os.Link(path, path+".whole"), os.Remove(path)) },
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".whole"), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.part")
			if err := os.WriteFile(path, []byte("all"), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := finish(path); err != nil {
				t.Fatal(err)
			}
			to, err := newTarget(strings.TrimSuffix(path, ".part"), nil, false)
			if err != nil {
				t.Fatal(err)
			}
			defer to.root.Close()
			if p, err := to.lockPart(f, vault.Range{Size: 3}); !errors.Is(err, errMoved) {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}
