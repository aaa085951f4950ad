//go:build !race || torture

package backup_test

import (
	"os"
	"path/filepath"
	"testing"

	"firn/pack"
)

// image writes a sparse file of a little more than 1 GiB, with bytes in some segments.
func (r *rig) image(name string, bytes map[int64]string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.dir, name), os.O_WRONLY|os.O_CREATE, 0o600)
	must(r.t, err)
	must(r.t, f.Truncate(pack.LargeFile+100))
	for segment, content := range bytes {
		_, err := f.WriteAt([]byte(content), segment*pack.SegmentSize+1000)
		must(r.t, err)
	}
	must(r.t, f.Close())
}

// Of a later version of a large file, only the segments that changed are stored.
func TestLongImage(t *testing.T) {
	r := newRig(t)
	r.image("image", map[int64]string{0: "a", 3: "b", 15: "c"})
	first, err := r.run(t.Context())
	must(t, err)
	if first.Stored != pack.LargeFile+100 || len(first.Packs) != 2 { // one of its own
		t.Errorf("the first: stored %d in %d packs", first.Stored, len(first.Packs))
	}
	r.image("image", map[int64]string{3: "changed", 7: "in a hole"})
	second, err := r.run(t.Context())
	must(t, err)
	if second.Stored != 2*pack.SegmentSize || second.Reused != 2*pack.SegmentSize {
		t.Errorf("with two segments: stored %d, reused %d", second.Stored, second.Reused)
	}
	r.check(second.Snapshot)
}

// A large file for which the spool has no room is stored as segments, in several packs.
func TestLongImageWithoutRoom(t *testing.T) {
	r := newRig(t)
	r.o.PackSize = 60 << 20
	r.image("image", map[int64]string{0: "a", 3: "b", 8: "c", 15: "d"})
	report, err := r.runWithRoom(500 << 20)
	must(t, err)
	if report.Stored != 4*pack.SegmentSize || len(report.Packs) < 4 {
		t.Errorf("stored %d in %d packs", report.Stored, len(report.Packs))
	}
	d := r.open()
	defer func() { must(t, d.Close()) }()
	r.packs(d.Catalog.Backups())
}
