package dirvault

import (
	"errors"
	"path/filepath"
	"testing"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
)

// failedFlush is what a disk gives that fails to write.
func failedFlush() error { return errors.Join(errors.New("data"), durable.ErrNotFlushed) }

// TestRootReopensAVault in which a flush has failed, once nobody is at work in
// it any more.
func TestRootReopensAVault(t *testing.T) {
	r, err := OpenRoot(filepath.Join(t.TempDir(), "root"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	first, err := r.vault(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	if err := first.access.RLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.access.CloseIfNotFlushed(failedFlush())
	again, err := r.Open(t.Context(), "cold")
	if err != nil || again != vault.Vault(first) {
		t.Fatalf("while somebody is at work in the vault, Open gives another (%v)", err)
	}
	if _, err := again.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("CreateUpload after a failed flush: %v", err)
	}
	if info, err := r.DescribeVault(t.Context(), "cold"); err != nil || info.Name != "cold" {
		t.Errorf("DescribeVault after a failed flush: %+v, %v", info, err)
	}
	first.access.RUnlock()
	again, err = r.Open(t.Context(), "cold")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); err != nil {
		t.Errorf("CreateUpload in the vault opened anew: %v", err)
	}
	if _, err := first.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 1}); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("CreateUpload in the vault that was given up: %v", err)
	}
}
