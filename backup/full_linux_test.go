package backup_test

import (
	"strings"
	"testing"
)

// If the disk of the spool is full in the midst of a pack, nothing of the pack remains, and the
// same call continues.
func TestFullDisk(t *testing.T) {
	r := newRig(t)
	r.o.PackSize = 10_000_000
	for i := range uint64(4) {
		r.write(string(rune('a'+i)), noise(i, 2_000_000))
	}
	said, err := r.runChild(t.Context(), child{Limit: 5_000_000})
	if err == nil || !strings.Contains(said, "the disk of the spool") || !strings.Contains(said, "is full") {
		t.Errorf("with a full disk: %v, %s", err, said)
	}
	if report := r.mustRun(); !report.Continued || report.Stored != 8_000_000 {
		t.Errorf("continued: %s", text(report))
	}
}
