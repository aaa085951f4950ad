package verbtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"firn/download"
	"firn/vault"
)

// Another user replaces a directory on the path by a symbolic link. The download writes
// nothing through the link, whether the link was there from the start or appears later.
func TestADirectoryBecomesALink(t *testing.T) {
	for name, test := range map[string]struct{ early, outermost bool }{
		"before": {early: true}, "in the middle": {}, "the one that was given": {outermost: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, mib))
				shared, elsewhere := filepath.Join(d.dir, "shared"), filepath.Join(d.dir, "elsewhere")
				below := filepath.Join(shared, "films")
				d.must(os.MkdirAll(below, 0o755), os.Mkdir(elsewhere, 0o755))
				plant := func() {
					if test.outermost {
						d.must(os.Mkdir(filepath.Join(elsewhere, "films"), 0o755),
							os.Rename(shared, filepath.Join(d.dir, "away")), os.Symlink(elsewhere, shared))
						return
					}
					d.must(os.Rename(below, filepath.Join(shared, "away")), os.Symlink(elsewhere, below))
				}
				if test.early {
					plant()
				} else {
					d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
						plant()
						return out, nil
					}
				}
				o := d.downloading()
				room, err := download.OpenDirectory(shared)
				d.must(err)
				defer room.Close()
				got, err := room.File(t.Context(), at(d.vault, o.Depot), a, filepath.Join("films", "june.tar"), o.Options)
				if err == nil {
					t.Errorf("it ended well, as %+v", got)
				}
				d.must(filepath.WalkDir(elsewhere, func(path string, entry fs.DirEntry, err error) error {
					if err == nil && !entry.IsDir() {
						t.Errorf("written where the link leads: %s", path)
					}
					return err
				}))
			})
		})
	}
}
