// Package verify compares a local file with the archive that it became, by its hash.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"firn/depot"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// Result tells about bytes that are those of an archive.
type Result struct {
	ArchiveID vault.ArchiveID
	Size      int64         // bytes
	TreeHash  treehash.Hash // of the file
	Elapsed   time.Duration
	Told      bool // the vault told the hash that it was compared with
	ByCRC     bool // that was a CRC-64: nobody knows the tree hash of the archive
}

// File compares the file at path with what is on record of an archive: its
// size, and then the tree hash of its bytes, computed on all cores. The vault is
// asked only for what the record lacks, and not at all if the depot's Vault is nil. An error
// that wraps vault.ErrChecksum means that the file has other bytes than the archive,
// ErrUnreadable that it cannot be told, and vault.ErrNotFound that neither the record nor the
// vault has a hash of the archive. Of the depot's Progress, Size and Done are set.
func File(ctx context.Context, d depot.Depot, a record.Archive, path string) (Result, error) {
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	begin := run.Now()
	known, err := look(ctx, run, a)
	if err != nil {
		return Result{}, err
	}
	ctx, stop = run.UntilDrained(ctx) // reading may be broken off
	defer stop()
	file, err := source.OpenPlain(path)
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	if size := file.Size(); size != known.size {
		return Result{}, fmt.Errorf("%q has %d bytes, and archive %s has %d: %w", path, size, depot.QuoteID(a.ID), known.size, vault.ErrChecksum)
	}
	hash, err := hashFile(ctx, file, path, run.Progress)
	if err != nil {
		return Result{}, err
	}
	if hash != known.hash && !known.hash.IsZero() {
		return Result{}, fmt.Errorf("%q has the tree hash %s, and archive %s has %s: %w",
			path, hash, depot.QuoteID(a.ID), known.hash, vault.ErrChecksum)
	}
	if known.hash.IsZero() {
		if err := known.compareCRC(ctx, a, file, path); err != nil {
			return Result{}, err
		}
	}
	return Result{
		ArchiveID: a.ID, Size: known.size, TreeHash: hash, Elapsed: run.Now().Sub(begin), Told: known.told, ByCRC: known.hash.IsZero(),
	}, nil
}

// hashFile returns the tree hash of a file that stays as it is meanwhile.
func hashFile(ctx context.Context, file *source.Source, path string, progress func(depot.Progress)) (treehash.Hash, error) {
	bytes := &countedReader{at: file.At, report: progress, now: depot.Progress{Size: file.Size()}}
	hash, err := treehash.TreeAt(ctx, bytes, file.Size(), runtime.GOMAXPROCS(0))
	switch {
	case ctx.Err() != nil:
		return hash, context.Cause(ctx)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return hash, source.Unreadable(path, err)
	}
	after, looked := file.Identify()
	if looked != nil {
		return hash, looked
	}
	if what := source.Difference(file.Identity, after); what != "" {
		return hash, fmt.Errorf("%q %w to be compared: it was changed meanwhile: %s", path, source.ErrUnreadable, what)
	}
	return hash, err
}

// countedReader tells how much was read.
type countedReader struct {
	at     io.ReaderAt
	report func(depot.Progress)

	mu  sync.Mutex
	now depot.Progress
}

func (r *countedReader) ReadAt(b []byte, offset int64) (int, error) {
	n, err := r.at.ReadAt(b, offset)
	if r.report != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.now.Done += int64(n)
		r.report(r.now)
	}
	return n, err
}
