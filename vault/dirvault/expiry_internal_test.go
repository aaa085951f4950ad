package dirvault

import (
	"errors"
	"path"
	"path/filepath"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
)

// TestExpiredUploadKeepsNobodyWaiting: it disappears at once, but its bytes, of
// which there may be terabytes, are removed with no lock held.
func TestExpiredUploadKeepsNobodyWaiting(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	o := Options{Now: func() time.Time { return now }, UploadLifetime: time.Hour}
	dir := filepath.Join(t.TempDir(), "vault")
	if err := Create(dir, o); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	_, expired, err := v.lookUp(id)
	if !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("an expired upload: %v", err)
	}
	if there, err := durable.IsThere(v.dir, path.Join(expired, dataFile)); err != nil || !there {
		t.Errorf("the bytes were removed with the lock held (%v)", err)
	}
	if there, err := durable.IsThere(v.dir, uploadPath(id, "")); err != nil || there {
		t.Errorf("the upload has not disappeared (%v)", err)
	}
	if _, err := v.find(id); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("asked again: %v", err)
	}
}
