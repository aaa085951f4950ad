package vaulttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"firn/vault"
)

// Tidy is a vault that remembers the uploads and archives made through it, so that
// [Tidy.Clean] can remove them.
type Tidy struct {
	vault.Vault

	mu       sync.Mutex
	uploads  map[vault.UploadID]bool
	archives map[vault.ArchiveID]bool
}

// NewTidy returns a Tidy over v.
func NewTidy(v vault.Vault) *Tidy {
	return &Tidy{Vault: v, uploads: map[vault.UploadID]bool{}, archives: map[vault.ArchiveID]bool{}}
}

// CreateUpload implements vault.Uploader.
func (t *Tidy) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	id, err := t.Vault.CreateUpload(ctx, req)
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.uploads[id] = true
	}
	return id, err
}

// CompleteUpload implements vault.Uploader.
func (t *Tidy) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	archive, err := t.Vault.CompleteUpload(ctx, id, c)
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.uploads, id)
		t.archives[archive] = true
	}
	return archive, err
}

// Clean removes all uploads and archives that were made. The error names those that remain;
// a later Clean tries again to remove them.
func (t *Tidy) Clean(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, id := range slices.Collect(maps.Keys(t.uploads)) {
		if err := t.AbortUpload(ctx, id); err != nil && !errors.Is(err, vault.ErrNotFound) {
			errs = append(errs, fmt.Errorf("removing upload %q: %w", id, err))
			continue
		}
		delete(t.uploads, id)
	}
	for _, id := range slices.Collect(maps.Keys(t.archives)) {
		if err := t.DeleteArchive(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("removing archive %q: %w", id, err))
			continue
		}
		delete(t.archives, id)
	}
	return errors.Join(errs...)
}
