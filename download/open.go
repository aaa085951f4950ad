package download

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"firn/depot"
	"firn/internal/disk"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// lastRun returns the record of the last download of the archive into the target; the zero
// Download if there is none. It completes the archive's size and tree hash from that record.
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

// expected returns the tree hash that the file must have; zero if only the hashes of its
// segments are known.
func (f *fileDownload) expected() treehash.Hash {
	if f.isWhole() {
		return f.archive.TreeHash
	}
	return treehash.Hash{}
}

// alreadyThere reports whether the target exists and has the requested bytes. Without Force, a
// target with other bytes is an error.
func (f *fileDownload) alreadyThere(ctx context.Context, last record.Download) (hash treehash.Hash, there bool, err error) {
	size, err := f.target.size()
	if err != nil || size < 0 {
		return treehash.Hash{}, false, err
	}
	expected := f.expected()
	if last.Range == f.want && expected.IsZero() {
		expected = last.TreeHash
	}
	if size == f.want.Size && (!expected.IsZero() || f.knowsCRC()) {
		f.Notice(fmt.Sprintf("%q exists; comparing its bytes with the archive's hash", f.target.path))
		hash, err := f.hashTarget(ctx)
		isSame := hash == expected
		if err == nil && expected.IsZero() {
			isSame, err = f.hasCRC(ctx)
		}
		if err != nil {
			return treehash.Hash{}, false, err
		}
		if isSame {
			return hash, true, f.recordFound(ctx, last, hash)
		}
	}
	return treehash.Hash{}, false, f.target.refuse(false)
}

// recordFound makes an existing, complete target durable and records it. An earlier run may
// have ended between its last steps, and may have used another catalog.
func (f *fileDownload) recordFound(ctx context.Context, last record.Download, hash treehash.Hash) error {
	if last.State == record.Received && last.Range == f.want {
		return nil
	}
	isOurs := last.State == record.Receiving && last.Range == f.want
	if isOurs {
		if err := f.target.removeTwin(); err != nil {
			f.Notice(fmt.Sprintf("the file is complete; its other name, %q, could not be removed: %v", f.target.partPath(), err))
		}
	}
	if err := f.target.flush(); err != nil || !isOurs {
		return err
	}
	f.state = last
	return f.conclude(ctx, hash)
}

// open prepares the record and the unfinished file. If the last run fetched the same bytes,
// open continues with its record and file; otherwise it makes new ones.
func (f *fileDownload) open(ctx context.Context, last record.Download) error {
	continues := last.State == record.Receiving && last.Range == f.want && last.Size == f.archive.Size
	if err := f.claim(ctx, last, continues); err != nil {
		return err
	}
	if err := f.prepare(ctx, last, continues); err != nil {
		return err
	}
	err := f.checkSpace()
	if err == nil {
		err = f.leaveMark(ctx)
	}
	if err != nil {
		return errors.Join(err, f.suspend(ctx))
	}
	return nil
}

// claim opens an existing unfinished file. If the last run left it, it is continued, or removed
// if this run fetches other bytes. A file of another program is removed only with Force, and is
// never written to.
func (f *fileDownload) claim(ctx context.Context, last record.Download, continues bool) error {
	var err error
	if f.part, err = f.target.openPart(f.want); f.part == nil {
		return err
	}
	ours, err := f.isOurs(ctx, last, continues)
	switch {
	case err == nil && ours && continues:
		return nil
	case err == nil && (ours || f.Force):
		err = f.part.discard()
	case err == nil && last.State == record.Receiving:
		err = fmt.Errorf("%q %w and is not the file of the unfinished download; it would be overwritten", f.part.path, vault.ErrExists)
	case err == nil:
		err = fmt.Errorf("%q %w, and no unfinished download of this archive is on record; it would be overwritten", f.part.path, vault.ErrExists)
	}
	err = errors.Join(err, f.part.close())
	f.part = nil
	clear(f.have)
	return err
}

// prepare continues the record of the last run, or makes a new one, and creates the unfinished
// file if there is none.
func (f *fileDownload) prepare(ctx context.Context, last record.Download, continues bool) error {
	f.state = last
	if f.part != nil {
		return nil
	}
	if last.State == record.Receiving {
		if continues {
			f.Notice(fmt.Sprintf("continuing the download begun %s; none of its bytes are here any more", humane.Time(last.Started)))
		} else {
			f.Notice("abandoning the unfinished download of other bytes into this file")
		}
		if err := f.Journal.DropSegments(ctx, last.Key); err != nil {
			return err
		}
	}
	if !continues {
		f.state = record.Download{
			Vault: f.VaultURL, Archive: f.archive.ID, Range: f.want, Size: f.archive.Size, TreeHash: f.expected(),
			Target: f.target.path, State: record.Receiving, Started: f.Now().UTC().Round(0),
		}
	}
	if f.state.Mark == "" {
		f.state.Mark = depot.NewToken()
	}
	if err := f.save(ctx); err != nil {
		return err
	}
	var err error
	f.part, err = f.target.createPart(f.want)
	return err
}

// leaveMark marks the unfinished file as that of this record.
func (f *fileDownload) leaveMark(ctx context.Context) error {
	if f.part.unlocked {
		f.Notice(fmt.Sprintf("the file system of %q has no locks: run no other download into it meanwhile", f.target.path))
	}
	if f.state.Mark != "" {
		return f.part.mark(f.state.Mark)
	}
	mark := depot.NewToken()
	if err := f.part.mark(mark); err != nil {
		return err
	}
	f.state.Mark = mark
	return f.save(ctx)
}

// adoptSegments accepts the segments on record whose bytes are in the unfinished file. It
// hashes each of them again.
func (f *fileDownload) adoptSegments(ctx context.Context) error {
	var noted []record.Segment
	var bytes int64
	for s, err := range f.Journal.Segments(ctx, f.state.Key) {
		if err != nil {
			return err
		}
		if f.want.Contains(s.Range) && s.Size > 0 && treehash.Aligned(s.Offset, s.End()-1, f.archive.Size) {
			noted = append(noted, s)
			bytes += s.Size
		}
	}
	if len(noted) == 0 {
		return nil
	}
	f.Notice(fmt.Sprintf("continuing the download begun %s; verifying the %s that are here already",
		humane.Time(f.state.Started), humane.Bytes(bytes)))
	ctx, stop := f.UntilDrained(ctx)
	defer stop()
	verified, err := f.part.verify(ctx, noted, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	end := f.want.Offset
	for i, s := range noted {
		if verified[i] && s.Offset >= end {
			f.have[s.Offset] = treehash.Node{Size: s.Size, Hash: s.TreeHash}
			end = s.End()
		}
	}
	return nil
}

// checkSpace returns ErrNoSpace if the file system has too little room for the missing bytes.
func (f *fileDownload) checkSpace() error {
	var needed int64
	for _, m := range f.missing() {
		needed += m.Size
	}
	free, err := disk.Free(f.target.dir)
	if err != nil {
		return err
	}
	if free = max(0, free-f.reserved); needed > free {
		return fmt.Errorf("%w at %q: %s are needed and %s are free",
			ErrNoSpace, f.target.dir, humane.Bytes(needed), humane.Bytes(free))
	}
	return nil
}
