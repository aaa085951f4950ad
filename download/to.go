package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"firn/depot"
	"firn/internal/crc64"
	"firn/internal/humane"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// orderedSegment is the size of a segment that waits in memory for its turn. There is one more
// of them than segments in flight.
const orderedSegment = 4 << 20

// To is [File] for a stream: it writes the bytes to w in their order, each segment after it was
// verified by the vault's hash. It cannot continue where an earlier run ended, but finds its
// job again.
//
// The hash of the whole archive is compared at the end, after all bytes are written. If the
// error then wraps vault.ErrChecksum, the reader must not use the bytes. Any other failure
// after the first byte wraps ErrCut.
func To(ctx context.Context, d depot.Depot, a record.Archive, w io.Writer, o Options) (Result, error) {
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	t := newDownload(run, a, o)
	if err := t.resolveRange(ctx); err != nil {
		return Result{}, err
	}
	crc := crc64.New()
	if d.Vault.Limits().CRC64 {
		w = io.MultiWriter(w, crc)
	}
	err := t.stream(ctx, w)
	got := t.result()
	if err == nil {
		got.TreeHash, err = t.verifyStream()
	}
	if err == nil && t.needsCRC() {
		err = t.checkCRC(crc64.Sum(crc.Sum64()))
	}
	if err != nil && got.Received > 0 && !errors.Is(err, vault.ErrChecksum) {
		err = fmt.Errorf("%w: it has the first %s of %s: %w", ErrCut, humane.Bytes(got.Received), humane.Bytes(t.want.Size), err)
	}
	return got, err
}

// stream writes the wanted bytes from the first to the last.
func (d *download) stream(ctx context.Context, w io.Writer) error {
	to := sink{
		ordered: w, segment: orderedSegment,
		record: func(context.Context, vault.Range, treehash.Hash) error { return nil },
	}
	for {
		missing := d.missing()
		if len(missing) == 0 {
			return nil
		}
		job, err := d.readable(ctx, missing, true)
		if err == nil {
			err = d.fetch(ctx, job, missing, to)
		}
		if err != nil {
			return err
		}
	}
}

// verifyStream compares the tree hash of all written bytes with the archive's.
func (d *download) verifyStream() (treehash.Hash, error) {
	if d.want.Size > 0 && !treehash.Aligned(d.want.Offset, d.want.End()-1, d.archive.Size) {
		return treehash.Hash{}, nil // each segment was verified, and the range has no hash of its own
	}
	var nodes []treehash.Node
	for _, offset := range slices.Sorted(maps.Keys(d.have)) {
		nodes = append(nodes, d.have[offset])
	}
	hash, err := treehash.Join(nodes)
	if expected := d.archive.TreeHash; err == nil && d.isWhole() && !expected.IsZero() && hash != expected {
		err = vault.Errorf(vault.ErrChecksum, "the bytes that were written have the tree hash %s, and the archive has %s", hash, expected)
	}
	return hash, err
}
