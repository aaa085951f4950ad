package backup_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"firn/backup"
	"firn/depot"
	"firn/record"
	"firn/vault"
)

// A pack whose bytes change in the spool, before an interrupted backup is continued, is not
// recorded as stored. Its files are read again.
func TestDamagedInTheSpool(t *testing.T) {
	r := newRig(t)
	r.write("a", noise(1, 9000))
	r.write("b", noise(2, 9000))
	r.wrap = func(d *depot.Depot, book record.BackupJournal) record.BackupJournal {
		d.Vault = refusing{d.Vault}
		return book
	}
	if _, err := r.run(t.Context()); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	r.wrap = nil
	files, err := filepath.Glob(filepath.Join(r.spool, "*.pack"))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("the spool has %q", files)
	}
	data, err := os.ReadFile(files[0])
	must(t, err)
	data[len(data)/2] ^= 1
	must(t, os.WriteFile(files[0], data, 0o600))
	if _, err := r.run(t.Context()); !errors.Is(err, backup.ErrSpool) {
		t.Errorf("with a damaged pack: %v", err)
	}
	r.hasLost = true // the damaged archive
	if report := r.mustRun(); !report.Continued || report.Stored != 18_000 {
		t.Errorf("continued: %s", text(report))
	}
}

// refusing is a vault that takes no uploads.
type refusing struct{ vault.Vault }

func (refusing) CreateUpload(context.Context, vault.UploadRequest) (vault.UploadID, error) {
	return "", errStopped
}
