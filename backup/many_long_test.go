//go:build !race || torture

package backup_test

import (
	"fmt"
	"testing"
)

// Contents are stored once also if there are so many that firn does not look for each of them.
func TestLongManyContents(t *testing.T) {
	r := newRig(t)
	for i := range 1500 {
		r.write(fmt.Sprintf("%d/%d", i%7, i), fmt.Sprint("content ", i))
	}
	first := r.mustRun()
	for i := range 1500 {
		r.write(fmt.Sprintf("more/%d", i), fmt.Sprint("content ", 3000-i%1200-i/1400*1000))
	}
	second := r.mustRun()
	if first.New != second.New+7 || second.Reused == 0 {
		t.Errorf("the first: %s\nthe second: %s", text(first), text(second))
	}
}

// A file that is too large for the memory is not stored again under another name.
func TestLongLargeCopy(t *testing.T) {
	r := newRig(t)
	r.write("a", noise(1, 9<<20))
	r.mustRun()
	r.write("b", noise(1, 9<<20))
	r.write("c", noise(2, 9<<20))
	report := r.mustRun()
	if report.Stored != 9<<20 || report.Reused != 9<<20 {
		t.Errorf("with a copy: %s", text(report))
	}
	r.o.Checksum = true
	if report := r.mustRun(); len(report.Packs) != 0 || report.Read != 27<<20 {
		t.Errorf("by checksum: %s", text(report))
	}
}

// Copies are found within one backup, too, although the record does not have the newest contents
// yet: neither the many small ones nor a large one.
func TestLongCopiesInOneBackup(t *testing.T) {
	r := newRig(t)
	for i := range 1100 {
		r.write(fmt.Sprintf("a/%04d", i), fmt.Sprintf("content %04d", i))
		r.write(fmt.Sprintf("b/%04d", i), fmt.Sprintf("content %04d", i))
	}
	r.write("c/large", noise(1, 9<<20))
	r.write("c/same", noise(1, 9<<20))
	const want = 1100*len("content 0000") + (9 << 20)
	if report := r.mustRun(); report.Stored != int64(want) || report.Reused != int64(want) {
		t.Errorf("with copies: %s", text(report))
	}
}
