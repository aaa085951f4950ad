package walk_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"firn/internal/walk"
)

// BenchmarkWalk reads the metadata of the sources of Go. BenchmarkFind is find doing the same.
func BenchmarkWalk(b *testing.B) {
	r := open(b, sources(b))
	n := 0
	for b.Loop() {
		for item := range r.Walk(context.Background(), walk.Options{}) {
			must(b, item.Err)
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkFind(b *testing.B) {
	dir := sources(b)
	n := 0
	for b.Loop() {
		out, err := exec.Command("find", dir, "-printf", `%P %s %T@\0`).Output()
		must(b, err)
		for _, c := range out {
			if c == 0 {
				n++
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
}

func sources(b *testing.B) string {
	b.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	must(b, err)
	return filepath.Join(strings.TrimSpace(string(out)), "src")
}
