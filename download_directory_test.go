package firn_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"firn/download"
	"firn/vault"
)

// Another user of a directory puts a symbolic link in the place of one below it. No byte
// goes where the link leads, whether it was there before or comes in the middle.
func TestADirectoryBecomesALink(t *testing.T) {
	for name, early := range map[string]bool{"before": true, "in the middle": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRig(t)
				a := d.store(content(1, mib))
				shared, elsewhere := filepath.Join(d.dir, "shared"), filepath.Join(d.dir, "elsewhere")
				below := filepath.Join(shared, "films")
				d.must(os.MkdirAll(below, 0o755), os.Mkdir(elsewhere, 0o755))
				plant := func() {
					d.must(os.Rename(below, filepath.Join(shared, "away")), os.Symlink(elsewhere, below))
				}
				if early {
					plant()
				} else {
					d.vault.output = func(_ vault.Range, out vault.Output) (vault.Output, error) {
						plant()
						return out, nil
					}
				}
				o := d.downloading()
				o.Below = shared
				got, err := download.File(t.Context(), d.vault, a, filepath.Join(below, "june.tar"), o)
				if err == nil {
					t.Errorf("it ended well, as %+v", got)
				}
				if files, err := os.ReadDir(elsewhere); err != nil || len(files) > 0 {
					t.Errorf("written where the link leads: %v, %v", files, err)
				}
			})
		})
	}
}
