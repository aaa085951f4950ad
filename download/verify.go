package download

import (
	"context"
	"io"

	"firn/depot"
	"firn/record"
	"firn/vault"
)

// Verify reads a whole archive from the vault and compares it with the record, without storing
// it. If there is no error, the bytes in the vault have the tree hash on record. Verify finds
// or starts a job, and waits, as [To] does. vault.ErrChecksum means that the vault has other
// bytes, or reports another size or hash.
//
// A negative Size means that nothing is on record. Then Verify compares the bytes with the hash
// that the vault reports; see Result.Unproved.
func Verify(ctx context.Context, d depot.Depot, a record.Archive, o Options) (Result, error) {
	o.Range = vault.Range{}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	t := newDownload(run, a, o)
	if err := t.resolveRange(ctx); err != nil {
		return Result{}, err
	}
	if err := t.stream(ctx, io.Discard); err != nil {
		return t.result(), err
	}
	got, err := t.result(), error(nil)
	if got.TreeHash, err = t.verifyStream(); err != nil {
		return got, err
	}
	switch {
	case a.Size >= 0 && got.Range.Size != a.Size:
		err = vault.Errorf(vault.ErrChecksum, "archive %s has %d bytes at the vault, and %d on record",
			depot.QuoteID(a.ID), got.Range.Size, a.Size)
	case a.Size >= 0 && !a.TreeHash.IsZero() && got.TreeHash != a.TreeHash:
		err = vault.Errorf(vault.ErrChecksum, "archive %s has the tree hash %s at the vault, and %s on record",
			depot.QuoteID(a.ID), got.TreeHash, a.TreeHash)
	}
	return got, err
}
