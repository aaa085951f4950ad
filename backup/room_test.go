package backup_test

import (
	"errors"
	"os"
	"testing"

	"firn/backup"
)

// runWithRoom backs up with a spool that has a size in bytes.
func (r *rig) runWithRoom(size int64) (backup.Report, error) {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	return backup.RunWithRoom(r.t.Context(), d.Depot, d.Catalog.Backups(), []string{r.dir}, r.o, func() int64 {
		left := size
		entries, err := os.ReadDir(r.spool)
		must(r.t, err)
		for _, entry := range entries {
			if info, err := entry.Info(); err == nil { // else it was removed just now
				left -= info.Size()
			}
		}
		return left
	})
}

// A spool with less room than packs need is used, one pack after the other. One with too little is
// an error before anything is written, and the same call continues.
func TestSmallSpool(t *testing.T) {
	r := newRig(t)
	r.write("a", noise(1, 1_000_000))
	r.write("b", noise(2, 1_000_000))
	r.write("c", noise(3, 1_000_000))
	r.o.PackSize = 1_300_000
	report, err := r.runWithRoom(900_000)
	if !errors.Is(err, backup.ErrSpool) || len(report.Packs) != 0 {
		t.Errorf("with too little room: %v, %+v", err, report.Packs)
	}
	report, err = r.runWithRoom(2_600_000)
	must(t, err)
	if !report.Continued || len(report.Packs) != 3 {
		t.Errorf("with room for one pack: %s", text(report))
	}
	r.check(report.Snapshot)
	r.write("d", noise(4, 1_000_000))
	r.o.PackSize = 1 << 30
	report, err = r.runWithRoom(30 << 20)
	must(t, err)
	r.check(report.Snapshot)
}
