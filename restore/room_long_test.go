//go:build !race || torture

package restore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"firn/download"
	"firn/pack"
	"firn/record"
	"firn/restore"
)

// Files that have no room are noticed before a job is started.
func TestLongFilesWithoutRoom(t *testing.T) {
	r := newRig(t)
	s := r.snapshot(dir("home"), text("home/segment", strings.Repeat("\x00", pack.SegmentSize)))
	var segment record.Found
	book := &liar{RestoreJournal: r.catalog.Backups(), found: func(f *record.Found) {
		if f.Kind == record.Regular {
			segment = *f
		}
	}}
	if _, err := collect(book.Files(t.Context(), s, nil)); err != nil {
		t.Fatal(err)
	}
	const segments = 20_000
	for i := range 4 { // 5 TiB in all
		f := segment
		f.Path, f.Size, f.Content = fmt.Sprintf("home/%d", i), segments*pack.SegmentSize, 1<<40
		book.more = append(book.more, f)
	}
	book.whole = record.Content{Key: 1 << 40, Size: segments * pack.SegmentSize}
	for i := range int64(segments) {
		at := record.Segmented{Offset: i * pack.SegmentSize, Size: pack.SegmentSize, Part: segment.Content}
		book.whole.Segments = append(book.whole.Segments, at)
	}
	if _, err := r.tryBook(book, restore.Selection{}); !errors.Is(err, download.ErrNoSpace) || !strings.Contains(err.Error(), "TiB") {
		t.Error(err)
	}
	r.want(nil)
}
