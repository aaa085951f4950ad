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
