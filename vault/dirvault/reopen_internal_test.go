package dirvault

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"firn/treehash"
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

// TestUploadIsReadAnew after a flush has failed in it: the parts acknowledged
// before are there, and the upload can be completed.
func TestUploadIsReadAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	if err := Create(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	id, err := v.CreateUpload(t.Context(), vault.UploadRequest{PartSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("cold")
	part := vault.Part{Size: 4, TreeHash: treehash.Sum(data)}
	if _, err := v.UploadPart(t.Context(), id, part, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	u, err := v.enterUpload(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	u.access.CloseIfNotFlushed(failedFlush())
	if _, err := v.UploadPart(t.Context(), id, part, bytes.NewReader(data)); !errors.Is(err, durable.ErrNotFlushed) {
		t.Errorf("UploadPart while somebody is at work in the upload: %v", err)
	}
	v.leaveUpload(u)
	c := vault.Completion{Size: 4, TreeHash: part.TreeHash, Parts: []vault.Part{part}}
	if _, err := v.CompleteUpload(t.Context(), id, c); err != nil {
		t.Errorf("CompleteUpload: %v", err)
	}
}
