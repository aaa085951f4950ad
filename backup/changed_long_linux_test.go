//go:build !race || torture

package backup_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"firn/backup"
	"firn/depot"
	"firn/record"
)

// A large file that changes while it is read is stored as it was read, and read again by the next
// backup. If it becomes shorter, it is stored once more, and never with other bytes than it has.
func TestLongChangedWhileRead(t *testing.T) {
	for name, change := range map[string]func(path string, n int) error{
		"grows":         func(path string, n int) error { return os.Truncate(path, int64(10_000_000+n)) },
		"shrinks":       func(path string, n int) error { return os.Truncate(path, int64(10_000_000-1_000_000*n)) },
		"becomes small": func(path string, n int) error { return os.Truncate(path, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.write("file", noise(1, 10_000_000))
			changes := 0
			r.wrap = func(d *depot.Depot, book record.BackupJournal) record.BackupJournal {
				return &beforeLarge{book, func() {
					if changes++; changes == 1 {
						must(t, change(filepath.Join(r.dir, "file"), changes))
					}
				}}
			}
			report, err := r.run(context.Background())
			must(t, err)
			r.wrap = nil
			isChanged := name == "grows"
			if got := r.skipped(report, backup.ErrChanged); len(got) > 0 != isChanged {
				t.Errorf("skipped %q", got)
			}
			again := r.mustRun()
			if again.Changed > 0 != isChanged {
				t.Errorf("the second: %s", text(again))
			}
		})
	}
}

// beforeLarge acts before a large file is read.
type beforeLarge struct {
	record.BackupJournal
	act func()
}

func (b *beforeLarge) HasLargeContent(ctx context.Context, size int64) (bool, error) {
	b.act()
	return b.BackupJournal.HasLargeContent(ctx, size)
}
