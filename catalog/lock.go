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

// The operating system releases a lock when its process dies. The file of the lock, in the
// directory "locks" beside the catalog, stays and means nothing by itself. Unlocking may be
// repeated.

// LockUpload makes the caller the only one, in all processes that use this catalog, that
// uploads from this path with this description to the vault. If another one does so, it
// does not wait: the error wraps vault.ErrLocked.
func (c *Catalog) LockUpload(ctx context.Context, vaultURL, path, description string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("upload", vaultURL, path, description), "the upload of %q to %q", path, vaultURL)
}

// LockDownload makes the caller the only one, in all processes that use this catalog, that
// downloads into the file target. If another one does so, it does not wait: the error
// wraps vault.ErrLocked.
func (c *Catalog) LockDownload(ctx context.Context, target string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("download", target), "the download into %q", target)
}

// LockVault makes the caller the only one, in all processes that use this catalog, that
// does an act on a vault. If another one does so, it does not wait: the error wraps
// vault.ErrLocked.
func (c *Catalog) LockVault(ctx context.Context, vaultURL, act string) (unlock func() error, err error) {
	return c.lock(ctx, lockName("vault", vaultURL, act), "%q at %q", act, vaultURL)
}

// lock locks the file of this name. Format and args describe the act for an error.
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
		return nil, vault.Errorf(vault.ErrLocked, "%s is already running", what)
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
