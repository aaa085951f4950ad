package download

import (
	"os"
	"path/filepath"
	"testing"
)

// removeWrong removes a file that was linked instead of the written one. It does not remove a
// file that another program renamed to the target since.
func TestRemoveWrong(t *testing.T) {
	for name, test := range map[string]struct {
		place func(part, target string) error
		stays bool
	}{
		"linked":        {os.Link, false},
		"somebody's":    {func(_, target string) error { return os.WriteFile(target, []byte("theirs"), 0o600) }, true},
		"the part gone": {os.Rename, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, part := filepath.Join(dir, "june.tar"), filepath.Join(dir, "june.tar.part")
			if err := os.WriteFile(part, []byte("other"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := test.place(part, path); err != nil {
				t.Fatal(err)
			}
			to, err := newTarget(path, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			defer to.root.Close()
			if err := to.removeWrong(&partFile{root: to.root, name: to.part()}); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Lstat(path); (err == nil) != test.stays {
				t.Errorf("the target: %v", err)
			}
		})
	}
}
