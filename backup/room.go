package backup

import (
	"context"
	"fmt"

	"firn/internal/humane"
)

const (
	// overhead is the share by which a pack may be larger than its content.
	overhead = 64
	// smallPack is how many bytes a pack may have at least. If the spool has less room, firn
	// waits, or gives up.
	smallPack = 16 << 20
)

// withOverhead returns the size of a pack with size bytes of content, at most.
func withOverhead(size int64) int64 { return size + size/overhead + 1<<20 }

// makeRoom returns the size that the next pack may have, up to PackSize, or the size of its first
// file. It waits for uploads if the spool has less room than for a small pack.
func (w *writer) makeRoom(ctx context.Context, size int64) (limit int64, err error) {
	for {
		free, err := w.free(w.spool)
		if err != nil {
			return 0, fmt.Errorf("%w: look for its room: %w", ErrSpool, err)
		}
		least := max(size, min(w.PackSize, smallPack))
		if free >= withOverhead(max(size, w.PackSize)) {
			return w.PackSize, nil
		}
		waited, err := w.uploads.waitForOne(ctx)
		switch {
		case err != nil:
			return 0, err
		case waited:
		case free >= withOverhead(least):
			return max(least, free-(withOverhead(free)-free)), nil
		default:
			return 0, fmt.Errorf("%w: %q has room for %s, and a pack needs %s", ErrSpool, w.spool, humane.Bytes(free), humane.Bytes(withOverhead(least)))
		}
	}
}

// hasRoom reports whether the spool, once all packs are uploaded, and the vault have room for a
// file as one archive.
func (w *writer) hasRoom(ctx context.Context, size int64) (bool, error) {
	if most := w.depot.Vault.Limits().MaxArchiveSize; most > 0 && withOverhead(size) > most {
		return false, nil
	}
	for {
		free, err := w.free(w.spool)
		if err != nil {
			return false, fmt.Errorf("%w: look for its room: %w", ErrSpool, err)
		}
		if free >= withOverhead(size) {
			return true, nil
		}
		if waited, err := w.uploads.waitForOne(ctx); err != nil || !waited {
			return false, err
		}
	}
}
