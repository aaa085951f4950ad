//go:build !race || torture

package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"firn/pack"
	"firn/record"
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
	r.checkSegments(r.files(second.Snapshot)["image"], map[int64]bool{0: true, 3: true, 7: true, 15: true})
}

// checkSegments checks the content of a file in segments, of which some are no holes.
func (r *rig) checkSegments(f record.File, full map[int64]bool) {
	r.t.Helper()
	d := r.open()
	defer func() { must(r.t, d.Close()) }()
	book := d.Catalog.Backups()
	content, err := book.ContentByKey(r.t.Context(), f.Content)
	must(r.t, err)
	path := filepath.Join(r.dir, f.Name)
	if want := digestOf(r.t, path); content.Digest != want || content.Size != f.Size || len(content.Segments) != 17 {
		r.t.Errorf("the content has %d bytes in %d segments", content.Size, len(content.Segments))
	}
	file, err := os.Open(path)
	must(r.t, err)
	defer file.Close()
	for i, s := range content.Segments {
		if s.Offset != int64(i)*pack.SegmentSize || (s.Part != 0) != full[int64(i)] {
			r.t.Errorf("the segment %d is %+v", i, s)
		}
		if s.Part == 0 {
			continue
		}
		part, err := book.ContentByKey(r.t.Context(), s.Part)
		must(r.t, err)
		p, err := book.Pack(r.t.Context(), part.Pack)
		must(r.t, err)
		got, want := make([]byte, s.Size), make([]byte, s.Size)
		_, err = r.read(p, false).stream.ReadAt(got, part.Offset)
		must(r.t, err)
		_, err = file.ReadAt(want, s.Offset)
		must(r.t, err)
		if !bytes.Equal(got, want) {
			r.t.Errorf("the segment %d has other bytes in the vault", i)
		}
	}
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
	r.o.Checksum = true
	again, err := r.run(t.Context())
	must(t, err)
	if len(again.Packs) != 0 || again.Unchanged != 2 {
		t.Errorf("by checksum: %s", text(again))
	}
	d := r.open()
	defer func() { must(t, d.Close()) }()
	r.packs(d.Catalog.Backups())
}
