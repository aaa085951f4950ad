package backup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/depot"
	"firn/record"
)

// Each backup has the directory as it is, and stores only what is new.
func TestIncremental(t *testing.T) {
	r := newRig(t)
	r.write("a", "first")
	r.write("empty", "")
	r.write("d/b", strings.Repeat("x", 5000))
	r.write("d/e/c", "third")
	must(t, os.Symlink("a", filepath.Join(r.dir, "link")))
	first := r.mustRun()
	if first.New != 8 || first.Stored != 5+5000+5 || len(first.Packs) != 1 || first.Continued {
		t.Errorf("the first: %s", text(first))
	}
	if s := first.Snapshot; s.State != record.Complete || s.Files != 8 || s.Bytes != 5010 || s.Added != 5010 || s.Ended.IsZero() {
		t.Errorf("the first snapshot: %+v", s)
	}
	unchanged := r.mustRun()
	if unchanged.Unchanged != 8 || len(unchanged.Packs) != 0 || unchanged.Read != 0 {
		t.Errorf("unchanged: %s", text(unchanged))
	}
	r.write("a", "another")
	r.write("copy", "third")
	r.remove("d/e")
	third := r.mustRun()
	if third.Stored != 7 || third.Reused != 5 || third.Gone != 1 || third.New != 1 || len(third.Packs) != 1 {
		t.Errorf("the third: %s", text(third))
	}
	r.remove("d")
	r.write("d", "a file now")
	r.remove("link")
	r.write("link/x", "a directory now")
	if other := r.mustRun(); other.Gone != 1 { // the link: a directory that becomes a file is replaced
		t.Errorf("with other types: %s", text(other))
	}
	r.write("d2", "")
	r.mustRun()
}

// The caller hears how far the backup has come.
func TestProgress(t *testing.T) {
	r := newRig(t)
	r.fill(0)
	var last depot.Packing
	var sent int64
	r.wrap = func(d *depot.Depot, book record.BackupJournal) record.BackupJournal {
		d.Packing = func(p depot.Packing) {
			if p.Files < last.Files || p.Read < last.Read || p.Stored < last.Stored || p.Packs < p.Stored {
				t.Errorf("%+v follows %+v", p, last)
			}
			last = p
		}
		d.Progress = func(p depot.Progress) { sent = max(sent, p.Done) }
		return book
	}
	report, err := r.run(t.Context())
	must(t, err)
	n := len(report.Packs)
	if last.Files != report.Files || last.Bytes != report.Bytes || last.Read != report.Read || last.Packs != n || last.Stored != n || sent == 0 {
		t.Errorf("the last: %+v, sent %d; %s", last, sent, text(report))
	}
}
