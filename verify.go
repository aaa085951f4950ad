package firn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// VerifyOptions says how to verify a file. The zero value is good.
type VerifyOptions struct {
	// Drain asks, when closed, to stop with ErrInterrupted.
	Drain <-chan struct{}
	// Progress is called as bytes are read, one call at a time; of it Size and Done
	// are set. It must be quick.
	Progress func(Progress)
	// Vault, if it is not nil, is asked for the size and the hash if the record of the
	// archive lacks them.
	Vault vault.Looker
	// RetryFor is how long to go on without an answer. Default 20 hours.
	RetryFor time.Duration
	// Notice is told, in a sentence, what a person should know.
	Notice func(string)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Verified tells about bytes that are those of an archive.
type Verified struct {
	ArchiveID vault.ArchiveID
	Size      int64         // bytes
	TreeHash  treehash.Hash // of the file
	Elapsed   time.Duration
	Told      bool // the vault told the hash that it was compared with
	ByCRC     bool // that was a CRC-64: nobody knows the tree hash of the archive
}

// VerifyFile compares the file at path with what is on record of an archive: its
// size, and then the tree hash of its bytes, computed on all cores. The vault is
// asked only for what the record lacks; see VerifyOptions. An error that wraps
// vault.ErrChecksum means that the file has other bytes than the archive,
// ErrUnreadable that it cannot be told, and vault.ErrNotFound that nobody who was
// asked knows the archive's hash.
func VerifyFile(ctx context.Context, a record.Archive, path string, o VerifyOptions) (Verified, error) {
	setDefaults(&o.RetryFor, &o.Notice, &o.Now)
	begin := o.Now()
	known, err := o.known(ctx, a)
	if err != nil {
		return Verified{}, err
	}
	file, err := openPlain(path)
	if err != nil {
		return Verified{}, err
	}
	defer file.Close()
	if size := file.Size(); size != known.size {
		return Verified{}, fmt.Errorf("%q has %d bytes, and archive %s has %d: %w", path, size, quoteID(a.ID), known.size, vault.ErrChecksum)
	}
	hash, err := hashFile(ctx, file, path, o)
	if err != nil {
		return Verified{}, err
	}
	if hash != known.hash && !known.hash.IsZero() {
		return Verified{}, fmt.Errorf("%q has the tree hash %s, and archive %s has %s: %w",
			path, hash, quoteID(a.ID), known.hash, vault.ErrChecksum)
	}
	if known.hash.IsZero() {
		if err := known.compareCRC(ctx, a, file, path, o.Drain); err != nil {
			return Verified{}, err
		}
	}
	return Verified{
		ArchiveID: a.ID, Size: known.size, TreeHash: hash, Elapsed: o.Now().Sub(begin), Told: known.told, ByCRC: known.hash.IsZero(),
	}, nil
}

// hashFile returns the tree hash of a file that stays as it is meanwhile.
func hashFile(ctx context.Context, file *Source, path string, o VerifyOptions) (treehash.Hash, error) {
	ctx, stop := transfer.UntilDrained(ctx, o.Drain, 0)
	defer stop()
	bytes := &countedReader{at: file.at, report: o.Progress, now: Progress{Size: file.Size()}}
	hash, err := treehash.TreeAt(ctx, bytes, file.Size(), runtime.GOMAXPROCS(0))
	switch {
	case ctx.Err() != nil:
		return hash, context.Cause(ctx)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return hash, unreadable(path, err)
	}
	after, looked := file.identify()
	if looked != nil {
		return hash, looked
	}
	if what := difference(file.identity, after); what != "" {
		return hash, fmt.Errorf("%q %w to be compared: it was changed meanwhile: %s", path, ErrUnreadable, what)
	}
	return hash, err
}

// countedReader tells how much was read.
type countedReader struct {
	at     io.ReaderAt
	report func(Progress)

	mu  sync.Mutex
	now Progress
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

// VerifyRemote retrieves an archive and reads all of it, keeping nothing: the
// vault's bytes have the tree hash on record if there is no error. It finds or
// starts a job, and waits, as [DownloadTo] does. vault.ErrChecksum means that the
// vault has other bytes, or says that it has.
//
// Of an archive whose size is below zero nothing is on record. Then the bytes are
// compared with what the vault itself says of them, which Downloaded tells.
func VerifyRemote(ctx context.Context, v vault.Vault, a record.Archive, o DownloadOptions) (Downloaded, error) {
	o.Range = vault.Range{}
	ctx, stop := transfer.UntilDrained(ctx, o.Drain, transfer.DefaultDrainTimeout)
	defer stop()
	d, err := newDownload(v, a, o)
	if err != nil {
		return Downloaded{}, err
	}
	if err := d.aim(ctx); err != nil {
		return Downloaded{}, err
	}
	if err := d.stream(ctx, io.Discard); err != nil {
		return d.result(), err
	}
	got := d.result()
	if got.TreeHash, err = d.proveStream(); err != nil {
		return got, err
	}
	switch {
	case a.Size >= 0 && got.Range.Size != a.Size:
		err = fmt.Errorf("archive %s has %d bytes at the vault, and %d on record: %w",
			quoteID(a.ID), got.Range.Size, a.Size, vault.ErrChecksum)
	case a.Size >= 0 && !a.TreeHash.IsZero() && got.TreeHash != a.TreeHash:
		err = fmt.Errorf("archive %s has the tree hash %s at the vault, and %s on record: %w",
			quoteID(a.ID), got.TreeHash, a.TreeHash, vault.ErrChecksum)
	}
	return got, err
}
