package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"

	"firn/vault"
)

// LockUpload makes the caller the only one, in all processes that use this
// catalog, to upload from this path with this description to the vault. If
// somebody else is, it does not wait: the error wraps vault.ErrLocked.
//
// The lock is the operating system's and dies with the process. Its file, in the
// directory "locks" beside the catalog, stays and means nothing by itself.
// Unlock may be repeated.
func (c *Catalog) LockUpload(ctx context.Context, vaultURL, path, description string) (unlock func() error, err error) {
	if ctx.Err() != nil {
		return nil, c.fail(ctx, ctx.Err(), "lock the upload of %q to %q", path, vaultURL)
	}
	file := flock.New(filepath.Join(c.locks, lockName(vaultURL, path, description)))
	locked, err := file.TryLock()
	if err != nil {
		return nil, c.fail(ctx, err, "lock the upload of %q to %q", path, vaultURL)
	}
	if !locked {
		return nil, fmt.Errorf("the upload of %q to %q is already running: %w", path, vaultURL, vault.ErrLocked)
	}
	return file.Unlock, nil
}

// lockName hashes the texts, each after its length so that no two lists of texts
// look the same.
func lockName(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		h.Write([]byte(t))
	}
	return "upload-" + hex.EncodeToString(h.Sum(nil))
}
