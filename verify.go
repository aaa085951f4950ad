package firn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Verified tells about bytes that are those of an archive.
type Verified struct {
	ArchiveID vault.ArchiveID
	Size      int64 // bytes
	TreeHash  treehash.Hash
	Elapsed   time.Duration
}

// VerifyFile compares the file at path with what is on record of an archive: its
// size, and then the tree hash of its bytes, computed on all cores. The vault is
// not asked. An error that wraps vault.ErrChecksum means that the file has other
// bytes than the archive, ErrUnreadable that it cannot be told, and
// vault.ErrNotFound that the record does not know the archive's hash.
func VerifyFile(ctx context.Context, a record.Archive, path string, o VerifyOptions) (Verified, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	begin := o.Now()
	if a.Size < 0 || a.TreeHash.IsZero() {
		return Verified{}, fmt.Errorf("the size and the tree hash of archive %s on record: %w", quoteID(a.ID), vault.ErrNotFound)
	}
	file, err := openPlain(path)
	if err != nil {
		return Verified{}, err
	}
	defer file.Close()
	if size := file.Size(); size != a.Size {
		return Verified{}, fmt.Errorf("%q has %d bytes, and archive %s has %d: %w", path, size, quoteID(a.ID), a.Size, vault.ErrChecksum)
	}
	hash, err := hashFile(ctx, file, path, o)
	if err != nil {
		return Verified{}, err
	}
	if hash != a.TreeHash {
		return Verified{}, fmt.Errorf("%q has the tree hash %s, and archive %s has %s: %w",
			path, hash, quoteID(a.ID), a.TreeHash, vault.ErrChecksum)
	}
	return Verified{ArchiveID: a.ID, Size: a.Size, TreeHash: hash, Elapsed: o.Now().Sub(begin)}, nil
}

// openPlain opens a file that is read only to be compared.
func openPlain(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q %w to be compared: it is no plain file", path, ErrUnreadable)
	}
	return OpenFile(path)
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
