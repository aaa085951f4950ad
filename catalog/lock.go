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

// A lock is the operating system's and dies with the process. Its file, in the
// directory "locks" beside the catalog, stays and means nothing by itself.
// Unlocking may be repeated.

// LockUpload makes the caller the only one, in all processes that use this
// catalog, to upload from this path with this description to the vault. If
// somebody else is, it does not wait: the error wraps vault.ErrLocked.
func (c *Catalog) LockUpload(ctx context.Context, vaultURL, path, description string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("upload", vaultURL, path, description), "the upload of %q to %q", path, vaultURL)
}

// LockDownload makes the caller the only one, in all processes that use this
// catalog, to download into the file target. If somebody else is, it does not
// wait: the error wraps vault.ErrLocked.
func (c *Catalog) LockDownload(ctx context.Context, target string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("download", target), "the download into %q", target)
}

// LockVault makes the caller the only one, in all processes that use this
// catalog, to do an act on a vault. If somebody else is, it does not wait: the
// error wraps vault.ErrLocked.
func (c *Catalog) LockVault(ctx context.Context, vaultURL, act string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("vault", vaultURL, act), "%q at %q", act, vaultURL)
}

// lock locks the file of this name for what format names.
func (c *Catalog) lock(ctx context.Context, name, format string, args ...any) (unlock func() error, err error) {
	what := fmt.Sprintf(format, args...)
	if ctx.Err() != nil {
		return nil, c.db.Fail(ctx, ctx.Err(), "lock %s", what)
	}
	file := flock.New(filepath.Join(c.db.Locks, name))
	locked, err := file.TryLock()
	if err != nil {
		return nil, c.db.Fail(ctx, err, "lock %s", what)
	}
	if !locked {
		return nil, fmt.Errorf("%s is already running: %w", what, vault.ErrLocked)
	}
	return file.Unlock, nil
}

// lockName hashes the texts, each after its length so that no two lists of texts
// look the same.
func lockName(act string, texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		h.Write([]byte(t))
	}
	return act + "-" + hex.EncodeToString(h.Sum(nil))
}
