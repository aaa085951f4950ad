// Package verify compares a local file with an archive, by size and hash. It reads no byte of
// the archive; download.Verify does that.
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

// Result describes a file that has the bytes of an archive.
type Result struct {
	ArchiveID vault.ArchiveID
	Size      int64         // bytes
	TreeHash  treehash.Hash // of the file
	Elapsed   time.Duration
	FromVault bool // the expected hash came from the vault, not from the record
	ByCRC     bool // the expected hash was a CRC-64, because the tree hash is not known
}

// File compares the file at path with the record of an archive: first the size, then the tree
// hash of its bytes, which it computes on all cores. It asks the vault only for a size or hash
// that the record lacks, and not at all if the depot's Vault is nil.
//
// The error wraps vault.ErrChecksum if the file has other bytes than the archive,
// source.ErrUnreadable if the file cannot be read or changed meanwhile, and vault.ErrNotFound
// if neither the record nor the vault has a hash of the archive. File sets only Size and Done
// of the depot's Progress.
func File(ctx context.Context, d depot.Depot, a record.Archive, path string) (Result, error) {
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	started := run.Now()
	known, err := lookUp(ctx, run, a)
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
		return Result{}, vault.Errorf(vault.ErrChecksum, "%q has %d bytes, and archive %s has %d", path, size, depot.QuoteID(a.ID), known.size)
	}
	hash, err := hashFile(ctx, file, path, run.Progress)
	if err != nil {
		return Result{}, err
	}
	if hash != known.hash && !known.hash.IsZero() {
		return Result{}, vault.Errorf(vault.ErrChecksum, "%q has the tree hash %s, and archive %s has %s",
			path, hash, depot.QuoteID(a.ID), known.hash)
	}
	if known.hash.IsZero() {
		if err := known.compareCRC(ctx, a, file, path); err != nil {
			return Result{}, err
		}
	}
	return Result{
		ArchiveID: a.ID, Size: known.size, TreeHash: hash, Elapsed: run.Now().Sub(started), FromVault: known.fromVault, ByCRC: known.hash.IsZero(),
	}, nil
}

// hashFile returns the tree hash of a file. The file must not change meanwhile.
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
		return hash, fmt.Errorf("%q %w to be compared: it changed meanwhile: %s", path, source.ErrUnreadable, what)
	}
	return hash, err
}

// countedReader reports how much was read.
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
