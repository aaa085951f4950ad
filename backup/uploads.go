package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"firn/internal/disk"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/upload"
)

// uploads stores packs one after the other. One may wait while another one is sent.
type uploads struct {
	*run
	queue  chan record.Pack
	added  int64         // packs that the writer has queued
	seen   int64         // how many of them are stored, as far as the writer knows
	stored atomic.Int64  // how many are
	wake   chan struct{} // has a value after stored has grown
}

func newUploads(r *run) *uploads {
	return &uploads{run: r, queue: make(chan record.Pack, 1), wake: make(chan struct{}, 1)}
}

// add queues a pack. It waits while another one waits. Only the writer calls it.
func (u *uploads) add(ctx context.Context, p record.Pack) error {
	select {
	case u.queue <- p:
		u.added++
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// waitForOne waits until one more pack is stored. It reports false if none is on its way. Only
// the writer calls it.
func (u *uploads) waitForOne(ctx context.Context) (bool, error) {
	for u.seen < u.added {
		if n := u.stored.Load(); n > u.seen {
			u.seen = n
			return true, nil
		}
		select {
		case <-u.wake:
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	return false, nil
}

// send stores packs until the queue is closed.
func (u *uploads) send(ctx context.Context) error {
	for {
		select {
		case p, ok := <-u.queue:
			if !ok {
				return nil
			}
			if err := u.store(ctx, p); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		u.stored.Add(1)
		select {
		case u.wake <- struct{}{}:
		default: // it has a value already
		}
	}
}

// store stores a pack, and removes its file when the record has the archive.
func (u *uploads) store(ctx context.Context, p record.Pack) error {
	path := filepath.Join(u.spool, fileName(p.ID))
	from, err := source.Open(path)
	if err != nil {
		return fmt.Errorf("upload the pack %s: %w", p.ID, err)
	}
	stored, err := upload.From(ctx, u.depot, from, u.upload(p.ID))
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("upload the pack %s: %w", p.ID, err)
	}
	if !isOf(p, stored.TreeHash) {
		// Without its file, the next call looks for the archive, finds another tree hash, and gives
		// the pack up.
		return errors.Join(fmt.Errorf("%w: the pack %s changed in %q after it was written, so the archive %q of it is of no use; "+
			"the same command stores its files again", ErrSpool, p.ID, u.spool, stored.ArchiveID), os.Remove(path))
	}
	p.State, p.Archive = record.Packed, stored.ArchiveID
	// The archive is there, and is on record even if the call ends now.
	if err := u.book.SavePack(context.WithoutCancel(ctx), &p); err != nil {
		return err
	}
	u.addPack(p, stored.Sent)
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove a stored pack from the spool: %w", err)
	}
	return disk.SyncDirectory(u.spool)
}

// isOf reports whether an archive with a tree hash is a pack as it was written.
func isOf(p record.Pack, archive treehash.Hash) bool {
	return p.TreeHash.IsZero() || p.TreeHash == archive
}
