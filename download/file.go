package download

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"

	"firn/depot"
	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// File fetches an archive, or a range of it, into the file at path. It returns when the file
// has that name, is flushed to the disk, and the tree hash of all its bytes is the archive's.
// It finds or starts a job that makes the archive readable, and waits for it.
//
// Until then the bytes are in path.part, and path is not touched. After any failure, the same
// call continues: it finds the job again, and reads the bytes of path.part again instead of
// fetching them. If the target exists with these bytes, File leaves it alone and sets
// AlreadyPresent. If it has other bytes, File replaces it only with Force; otherwise the error
// wraps vault.ErrExists.
//
// If the archive is too large to be read before an output expires, File starts jobs for one
// piece after the other. If an output expires, it starts another job for the missing ranges
// only. If the archive's Size is negative, the vault supplies it. The archive's ID is required;
// TreeHash, State and ModTime are used if set.
//
// The error wraps vault.ErrChecksum if the bytes are wrong (they are removed), ErrNoSpace, the
// errors of package jobs, and vault.ErrLocked if another process downloads into the same file.
func File(ctx context.Context, d depot.Depot, a record.Archive, path string, o Options) (Result, error) {
	return fileAt(ctx, d, a, path, nil, o, shared{})
}

// fileAt is File. If below is not nil, the path is relative to it.
func fileAt(ctx context.Context, d depot.Depot, a record.Archive, path string, below *os.Root, o Options, s shared) (Result, error) {
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	t, err := newTarget(path, below, o.Force)
	if err != nil {
		return Result{}, err
	}
	unlock, err := run.Journal.LockDownload(ctx, t.path)
	if err != nil {
		return Result{}, errors.Join(err, t.root.Close())
	}
	f := &fileDownload{download: newDownload(run, a, o), target: t, reserved: s.reserved}
	if s.listed != nil {
		f.requester.Listed = s.listed
	}
	got, err := f.run(ctx)
	return got, errors.Join(err, unlock(), t.root.Close())
}

// fileDownload is one call of File.
type fileDownload struct {
	*download
	target   *target
	part     *partFile
	state    record.Download
	reserved int64     // bytes that other downloads will write to the same file system
	modTime  time.Time // modification time of the uploaded file; zero: not known
	// The part of this run that state includes already, for the rate of the connection.
	countedBytes int64
	countedBusy  time.Duration
}

func (f *fileDownload) run(ctx context.Context) (Result, error) {
	last, err := f.lastRun(ctx)
	if err != nil {
		return Result{}, err
	}
	if err := f.lookUp(ctx); err != nil {
		return Result{}, err
	}
	if err := f.target.refuse(f.archive.Size >= 0); err != nil {
		return Result{}, err
	}
	if err := f.resolveRange(ctx); err != nil {
		return Result{}, err
	}
	if hash, there, err := f.alreadyThere(ctx, last); there || err != nil {
		got := f.result()
		got.Path, got.TreeHash, got.AlreadyPresent = f.target.path, hash, there
		return got, err
	}
	if err := f.open(ctx, last); err != nil {
		return Result{}, err
	}
	err = f.receive(ctx)
	if err == nil {
		err = f.finish(ctx)
	}
	if err != nil {
		return Result{}, errors.Join(err, f.suspend(ctx))
	}
	got := f.result()
	got.Path, got.TreeHash = f.target.path, f.state.TreeHash
	return got, nil
}

// receive fetches the missing ranges.
func (f *fileDownload) receive(ctx context.Context) error {
	to := sink{at: f.part, record: func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
		if err := f.part.checkName(); err != nil { // better now than after the last byte
			return err
		}
		return f.Journal.SaveSegment(ctx, f.state.Key, record.Segment{Range: r, TreeHash: hash})
	}}
	for {
		missing := f.missing()
		if len(missing) == 0 {
			return nil
		}
		job, err := f.readable(ctx, missing, false)
		if err == nil {
			err = f.fetch(ctx, job, missing, to)
		}
		if transfer.IsSink(err) {
			return f.part.failure(err)
		}
		if err != nil {
			return err
		}
	}
}

// finish verifies the whole file, flushes it, gives it its name and flushes the directory.
func (f *fileDownload) finish(ctx context.Context) error {
	hash, err := f.treeHash(ctx)
	if err != nil {
		return err
	}
	if expected := f.expected(); !expected.IsZero() && hash != expected {
		return errors.Join(vault.Errorf(vault.ErrChecksum, "the downloaded bytes have the tree hash %s, and the archive has %s; they were discarded",
			hash, expected), f.discard(ctx))
	}
	if err := f.verifyCRC(ctx); err != nil {
		return err
	}
	f.state.TreeHash = hash // by which a later run knows the file if this run ends between the next steps
	if err := f.save(ctx); err != nil {
		return err
	}
	if err := f.part.flush(f.setModTime); err != nil {
		if errors.Is(err, errNotFlushed) {
			err = errors.Join(err, f.discard(ctx))
		}
		return err
	}
	if err := f.target.giveName(f.part); err != nil {
		return err
	}
	return errors.Join(f.conclude(ctx, hash), f.part.close())
}

// discard removes all bytes that were fetched.
func (f *fileDownload) discard(ctx context.Context) error {
	return errors.Join(f.Journal.DropSegments(context.WithoutCancel(ctx), f.state.Key), f.part.discard())
}

// treeHash returns the tree hash of the file. It combines those of the segments or, if the
// segments form no tree, reads the file.
func (f *fileDownload) treeHash(ctx context.Context) (treehash.Hash, error) {
	if f.want.Size > 0 && !treehash.Aligned(f.want.Offset, f.want.End()-1, f.archive.Size) {
		ctx, stop := f.UntilDrained(ctx)
		defer stop()
		return treehash.TreeAt(ctx, f.part.file, f.want.Size, runtime.GOMAXPROCS(0))
	}
	var nodes []treehash.Node
	for _, offset := range slices.Sorted(maps.Keys(f.have)) {
		nodes = append(nodes, f.have[offset])
	}
	return treehash.Join(nodes)
}

// conclude records that the file is complete.
func (f *fileDownload) conclude(ctx context.Context, hash treehash.Hash) error {
	f.state.State, f.state.TreeHash = record.Received, hash
	if err := f.save(ctx); err != nil {
		return fmt.Errorf("%q is complete and verified, but that could not be recorded: %w", f.target.path, err)
	}
	return f.Journal.DropSegments(context.WithoutCancel(ctx), f.state.Key)
}

// suspend ends a run that failed. Without a record no call can continue, so it removes the
// file.
func (f *fileDownload) suspend(ctx context.Context) error {
	if f.Journal == (record.None{}) {
		return f.part.discard()
	}
	return errors.Join(f.part.close(), f.save(ctx))
}

// save records the download, even after the call was cancelled.
func (f *fileDownload) save(ctx context.Context) error {
	if !f.limits().IsLimited() { // a limited transfer does not show the rate of the connection
		f.state.Fetched += f.received - f.countedBytes
		f.state.Busy += f.busy - f.countedBusy
		f.countedBytes, f.countedBusy = f.received, f.busy
	}
	return f.Journal.SaveDownload(context.WithoutCancel(ctx), &f.state)
}
