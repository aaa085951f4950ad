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

// File brings an archive, or a range of it, into the file at path and
// returns when the file is there under that name, flushed to the disk, and the
// tree hash of all its bytes is the archive's. It waits for a job that makes the
// archive readable, and starts one if there is none.
//
// Until then the bytes lie in path.part, and path is not touched. Calling it
// again after any failure continues: the job is found again, and bytes whose
// hash is on record are hashed again and not fetched. A target that is there
// already is hashed and, if it has these very bytes, left alone; else it is not
// replaced without Force.
//
// An archive that is too large for the line to bring before an output expires is
// asked for piece by piece. An output that expires in the middle is asked for again,
// for the missing ranges only. If the archive's Size is below zero, the job tells it.
func File(ctx context.Context, d depot.Depot, a record.Archive, path string, o Options) (Result, error) {
	return fileAt(ctx, d, a, path, nil, o, shared{})
}

// fileAt is File; if below is not nil, the path is relative to it.
func fileAt(ctx context.Context, d depot.Depot, a record.Archive, path string, below *os.Root, o Options, s shared) (Result, error) {
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	t, err := newTarget(path, below, o.Force)
	if err != nil {
		return Result{}, err
	}
	unlock, err := run.Journal.LockDownload(ctx, t.path)
	if err != nil {
		return Result{}, errors.Join(err, t.room.Close())
	}
	f := &fileDownload{download: newDownload(run, a, o), target: t, reserved: s.reserved}
	if s.listed != nil {
		f.asking.Listed = s.listed
	}
	got, err := f.run(ctx)
	return got, errors.Join(err, unlock(), t.room.Close())
}

// fileDownload is one call of File.
type fileDownload struct {
	*download
	target   *target
	part     *partFile
	state    record.Download
	reserved int64     // bytes that others are going to write to the same file system
	modTime  time.Time // of what was stored; zero: not known
	// What of this run state counts in already, for the rate of the line.
	countedBytes int64
	countedBusy  time.Duration
}

func (f *fileDownload) run(ctx context.Context) (Result, error) {
	last, err := f.lastRun(ctx)
	if err != nil {
		return Result{}, err
	}
	if err := f.learn(ctx); err != nil {
		return Result{}, err
	}
	if err := f.target.refuse(f.archive.Size >= 0); err != nil {
		return Result{}, err
	}
	if err := f.aim(ctx); err != nil {
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
		return Result{}, errors.Join(err, f.leave(ctx))
	}
	got := f.result()
	got.Path, got.TreeHash = f.target.path, f.state.TreeHash
	return got, nil
}

// receive fetches what is missing.
func (f *fileDownload) receive(ctx context.Context) error {
	to := sink{at: f.part, record: func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
		if err := f.part.checkName(); err != nil { // better now than when all has come
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

// finish proves the whole, flushes the file, gives it its name and flushes that.
func (f *fileDownload) finish(ctx context.Context) error {
	hash, err := f.prove(ctx)
	if err != nil {
		return err
	}
	if expected := f.expected(); !expected.IsZero() && hash != expected {
		return errors.Join(fmt.Errorf("the bytes that came have the tree hash %s, and the archive has %s; nothing is kept of them: %w",
			hash, expected, vault.ErrChecksum), f.discard(ctx))
	}
	if err := f.proveByCRC(ctx); err != nil {
		return err
	}
	f.state.TreeHash = hash // by which the file is known if this run ends between the next steps
	if err := f.save(ctx); err != nil {
		return err
	}
	if err := f.part.flush(f.date); err != nil {
		if errors.Is(err, errNotFlushed) {
			err = errors.Join(err, f.discard(ctx))
		}
		return err
	}
	if err := f.target.place(f.part); err != nil {
		return err
	}
	return errors.Join(f.conclude(ctx, hash), f.part.close())
}

// discard gives up all bytes that have come.
func (f *fileDownload) discard(ctx context.Context) error {
	return errors.Join(f.Journal.DropSegments(context.WithoutCancel(ctx), f.state.Key), f.part.discard())
}

// prove returns the tree hash of the file: from those of its segments, or, where
// they are no whole tree, by reading it.
func (f *fileDownload) prove(ctx context.Context) (treehash.Hash, error) {
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

// conclude records that the file is there.
func (f *fileDownload) conclude(ctx context.Context, hash treehash.Hash) error {
	f.state.State, f.state.TreeHash = record.Received, hash
	if err := f.save(ctx); err != nil {
		return fmt.Errorf("%q is there and right, but that could not be recorded: %w", f.target.path, err)
	}
	return f.Journal.DropSegments(context.WithoutCancel(ctx), f.state.Key)
}

// leave ends a run that did not come to its end. Without a record nothing could
// be continued, so nothing is left.
func (f *fileDownload) leave(ctx context.Context) error {
	if f.Journal == (record.None{}) {
		return f.part.discard()
	}
	return errors.Join(f.part.close(), f.save(ctx))
}

// save records the download even if the call was cancelled meanwhile.
func (f *fileDownload) save(ctx context.Context) error {
	if f.LimitRate == 0 { // else it would teach nothing about the line
		f.state.Fetched += f.received - f.countedBytes
		f.state.Busy += f.busy - f.countedBusy
		f.countedBytes, f.countedBusy = f.received, f.busy
	}
	return f.Journal.SaveDownload(context.WithoutCancel(ctx), &f.state)
}
