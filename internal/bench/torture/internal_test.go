package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAudit checks which parts, accepted twice, are a fault.
func TestAudit(t *testing.T) {
	const (
		first  = `{"time":"2026-01-01T00:00:0%d.5Z","method":"PUT","status":204,"content_range":"bytes 0-0/*"}`
		second = `{"time":"2026-01-01T00:00:0%d.5Z","method":"PUT","status":204,"content_range":"bytes 1-1/*"}`
		failed = `{"time":"2026-01-01T00:00:0%d.5Z","method":"PUT","status":408,"content_range":"bytes 1-1/*"}`
	)
	tests := []struct {
		name   string
		lines  []string // one per second
		killed int      // lines in the log before the kill, in second 2
		fault  string   // empty means no fault
	}{
		{"nothing twice", []string{first, failed, second}, 2, ""},
		{"acknowledged before the kill", []string{first, second, first}, 2, "1 parts were sent again"},
		{"accepted after the kill", []string{first, second, second}, 1, ""},
		{"twice in one attempt", []string{first, first, second}, 2, "1 parts were sent again"},
		{"a part is missing", []string{first, failed}, 2, "1 different parts of 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var text strings.Builder
			var logged int64
			for i, line := range test.lines {
				if i == test.killed {
					logged = int64(text.Len())
				}
				fmt.Fprintf(&text, line+"\n", i)
			}
			if test.killed >= len(test.lines) {
				logged = int64(text.Len())
			}
			log := filepath.Join(t.TempDir(), "log")
			if err := os.WriteFile(log, []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			attempts := []attempt{{start, logged}, {start.Add(2 * time.Second), math.MaxInt64}}

			err := audit(io.Discard, log, attempts, 2)
			if (err == nil) != (test.fault == "") || !strings.Contains(fmt.Sprint(err), test.fault) {
				t.Errorf("got %v, want %q", err, test.fault)
			}
		})
	}
}
