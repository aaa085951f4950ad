package firn

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"syscall"
	"time"

	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// DownloadFile brings an archive, or a range of it, into the file at path and
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
// An output that expires in the middle is asked for again, for the missing ranges
// only. If the archive's Size is below zero, the job tells it.
func DownloadFile(ctx context.Context, v vault.Vault, a record.Archive, path string, o DownloadOptions) (Downloaded, error) {
	ctx, stop := transfer.UntilDrained(ctx, o.Drain, transfer.DefaultDrainTimeout)
	defer stop()
	d, err := newDownload(v, a, o)
	if err != nil {
		return Downloaded{}, err
	}
	t, err := newTarget(path, o.Force)
	if err != nil {
		return Downloaded{}, err
	}
	unlock, err := d.Journal.LockDownload(ctx, t.path)
	if err != nil {
		return Downloaded{}, err
	}
	f := &fileDownload{download: d, target: t}
	got, err := f.run(ctx)
	return got, errors.Join(err, unlock())
}

// fileDownload is one call of DownloadFile.
type fileDownload struct {
	*download
	target *target
	part   *partFile
	state  record.Download
	// What of this run state counts in already, for the rate of the line.
	countedBytes int64
	countedBusy  time.Duration
}

func (f *fileDownload) run(ctx context.Context) (Downloaded, error) {
	last, err := f.lastRun(ctx)
	if err != nil {
		return Downloaded{}, err
	}
	if err := f.target.refuse(f.archive.Size >= 0); err != nil {
		return Downloaded{}, err
	}
	if err := f.aim(ctx); err != nil {
		return Downloaded{}, err
	}
	if hash, there, err := f.alreadyThere(ctx, last); there || err != nil {
		got := f.result()
		got.Path, got.TreeHash, got.AlreadyPresent = f.target.path, hash, there
		return got, err
	}
	if err := f.open(ctx, last); err != nil {
		return Downloaded{}, err
	}
	err = f.receive(ctx)
	if err == nil {
		err = f.finish(ctx)
	}
	if err != nil {
		return Downloaded{}, errors.Join(err, f.leave(ctx))
	}
	got := f.result()
	got.Path, got.TreeHash = f.target.path, f.state.TreeHash
	return got, nil
}

// lastRun returns the record of the last download of the archive into the target;
// the zero Download if there is none. What it knows of the archive is taken over.
func (f *fileDownload) lastRun(ctx context.Context) (record.Download, error) {
	last, err := f.Journal.FindDownload(ctx, f.VaultURL, f.archive.ID, f.target.path)
	if errors.Is(err, vault.ErrNotFound) {
		return record.Download{}, nil
	}
	if err != nil {
		return record.Download{}, err
	}
	if f.archive.Size < 0 && f.archive.State != record.Differing {
		f.archive.Size = last.Size
		if last.Range.Size == last.Size {
			f.archive.TreeHash = last.TreeHash
		}
	}
	return last, nil
}

// expected is the tree hash that the file must have; zero if only that of its
// pieces is known.
func (f *fileDownload) expected() treehash.Hash {
	if f.isWhole() {
		return f.archive.TreeHash
	}
	return treehash.Hash{}
}

// alreadyThere reports whether the target is there and has the very bytes that
// are asked for. Without Force another file in its place is an error.
func (f *fileDownload) alreadyThere(ctx context.Context, last record.Download) (hash treehash.Hash, there bool, err error) {
	size, err := f.target.size()
	if err != nil || size < 0 {
		return treehash.Hash{}, false, err
	}
	expected := f.expected()
	if last.Range == f.want && expected.IsZero() {
		expected = last.TreeHash
	}
	if size == f.want.Size && !expected.IsZero() {
		f.Notice(fmt.Sprintf("%q is there; comparing its bytes with the archive's tree hash", f.target.path))
		hash, err := f.target.hash(ctx, f.Drain)
		if err != nil {
			return treehash.Hash{}, false, err
		}
		if hash == expected {
			return hash, true, f.settle(ctx, last, hash)
		}
	}
	return treehash.Hash{}, false, f.target.refuse(false)
}

// settle brings the record up to what was found: a run that ended between the
// last two steps had finished all the same.
func (f *fileDownload) settle(ctx context.Context, last record.Download, hash treehash.Hash) error {
	if last.State != record.Receiving || last.Range != f.want {
		return nil
	}
	if err := f.target.removeTwin(); err != nil {
		return err
	}
	f.state = last
	return f.conclude(ctx, hash)
}

// open puts the record and the unfinished file in order: those of the last run, if
// it was of the same bytes, else new ones.
func (f *fileDownload) open(ctx context.Context, last record.Download) error {
	unfinished := last.State == record.Receiving
	f.state = last
	if !unfinished || last.Range != f.want || last.Size != f.archive.Size {
		if unfinished {
			f.Notice("the unfinished download of other bytes into this file is given up")
			if err := f.Journal.DropSegments(ctx, last.Key); err != nil {
				return err
			}
		}
		f.state = record.Download{
			Vault: f.VaultURL, Archive: f.archive.ID, Range: f.want, Size: f.archive.Size, TreeHash: f.expected(),
			Target: f.target.path, State: record.Receiving, Started: f.Now().UTC().Round(0),
		}
	}
	if err := f.target.checkPart(unfinished); err != nil {
		return err
	}
	if err := f.save(ctx); err != nil {
		return err
	}
	var err error
	if f.part, err = openPart(f.target.part, f.want); err != nil {
		return err
	}
	err = f.adopt(ctx)
	if err == nil {
		err = f.checkSpace()
	}
	if err == nil {
		err = f.part.allot()
	}
	if err != nil {
		return errors.Join(err, f.leave(ctx))
	}
	return nil
}

// adopt takes over the segments on record whose bytes are in the unfinished file:
// each is hashed again before it is trusted.
func (f *fileDownload) adopt(ctx context.Context) error {
	var noted []record.Segment
	var bytes int64
	for s, err := range f.Journal.Segments(ctx, f.state.Key) {
		if err != nil {
			return err
		}
		if contains(f.want, s.Range) && s.Size > 0 && treehash.Aligned(s.Offset, s.End()-1, f.archive.Size) {
			noted = append(noted, s)
			bytes += s.Size
		}
	}
	if len(noted) == 0 {
		return nil
	}
	f.Notice(fmt.Sprintf("continuing the download begun %s; checking the %s that are here",
		humane.Time(f.state.Started), humane.Bytes(bytes)))
	ctx, stop := transfer.UntilDrained(ctx, f.Drain, 0)
	defer stop()
	proved, err := f.part.prove(ctx, noted, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	end := f.want.Offset
	for i, s := range noted {
		if proved[i] && s.Offset >= end {
			f.have[s.Offset] = treehash.Node{Size: s.Size, Hash: s.TreeHash}
			end = s.End()
		}
	}
	return nil
}

// checkSpace refuses to begin what the file system cannot hold.
func (f *fileDownload) checkSpace() error {
	var needed int64
	for _, m := range f.missing() {
		needed += m.Size
	}
	free, err := freeSpace(f.target.dir)
	if err != nil {
		return fmt.Errorf("asking for the free space at %q: %w", f.target.dir, err)
	}
	if needed > free {
		return fmt.Errorf("%w at %q: %s are needed and %s are free",
			ErrNoSpace, f.target.dir, humane.Bytes(needed), humane.Bytes(free))
	}
	return nil
}

// receive fetches what is missing.
func (f *fileDownload) receive(ctx context.Context) error {
	to := sink{at: f.part, record: func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
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
			if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
				return fmt.Errorf("%w for %q: %w", ErrNoSpace, f.target.part, err)
			}
			return fmt.Errorf("%q: %w", f.target.part, err)
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
	f.state.TreeHash = hash // by which the file is known if this run ends between the next steps
	if err := f.save(ctx); err != nil {
		return err
	}
	if err := f.part.flush(); err != nil {
		if errors.Is(err, errNotFlushed) {
			err = errors.Join(err, f.discard(ctx))
		}
		return err
	}
	if err := f.target.place(); err != nil {
		return err
	}
	if err := syncDir(f.target.dir); err != nil {
		return err
	}
	return f.conclude(ctx, hash)
}

// discard gives up all bytes that have come.
func (f *fileDownload) discard(ctx context.Context) error {
	return errors.Join(f.Journal.DropSegments(context.WithoutCancel(ctx), f.state.Key), f.part.discard())
}

// prove returns the tree hash of the file: from those of its segments, or, where
// they are no whole tree, by reading it.
func (f *fileDownload) prove(ctx context.Context) (treehash.Hash, error) {
	if f.want.Size > 0 && !treehash.Aligned(f.want.Offset, f.want.End()-1, f.archive.Size) {
		ctx, stop := transfer.UntilDrained(ctx, f.Drain, 0)
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
	if f.Journal == (forgetful{}) {
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
