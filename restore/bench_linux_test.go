package restore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"firn/backup"
	"firn/restore"
)

// BenchmarkGoTree restores the sources of Go from an encrypted backup in a directory.
func BenchmarkGoTree(b *testing.B) {
	r := newRig(b)
	out, err := exec.CommandContext(b.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(out)), "src")
	_, err = backup.Run(b.Context(), r.depot(), r.catalog.Backups(), []string{source}, backup.Options{
		Recipients: []string{r.seal()}, SpoolDir: b.TempDir(),
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		report := r.restore(restore.Selection{})
		b.SetBytes(report.Bytes)
		b.StopTimer()
		if err := os.RemoveAll(r.dir); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
