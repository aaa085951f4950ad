//go:build torture

package restore_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"firn/backup"
	"firn/pack"
	"firn/record"
	"firn/restore"
)

// Each version of a large image comes back, of which the later ones stored only what changed.
func TestLongVersionsOfAnImage(t *testing.T) {
	r := newRig(t)
	source := t.TempDir()
	name := filepath.Join(source, "image")
	write := func(seed byte, offset int64) {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err == nil {
			_, err = f.WriteAt([]byte(noise(seed, 1<<20)), offset)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	sum := func(name string) [sha256.Size]byte {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.New()
		_, err = io.Copy(hash, f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		return [sha256.Size]byte(hash.Sum(nil))
	}
	o := backup.Options{Host: "h", SpoolDir: t.TempDir(), Recipients: []string{r.seal()}}
	var snapshots []record.Snapshot
	var sums [][sha256.Size]byte
	for i, offset := range []int64{pack.LargeFile + 5<<20, 100 << 20, pack.LargeFile + 3<<20 + 7, 0} {
		write(byte(i), offset)
		report, err := backup.Run(t.Context(), r.depot(), r.catalog.Backups(), []string{source}, o)
		if err != nil {
			t.Fatal(err)
		}
		snapshots, sums = append(snapshots, report.Snapshot), append(sums, sum(name))
	}
	for i, s := range snapshots {
		r.dir = t.TempDir()
		r.options.Dir = r.dir
		r.restore(restore.Selection{Snapshot: s.ID})
		if sum(filepath.Join(r.dir, name)) != sums[i] {
			t.Errorf("version %d differs", i)
		}
	}
}
