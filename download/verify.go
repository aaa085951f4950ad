package download

import (
	"context"
	"fmt"
	"io"

	"firn/depot"
	"firn/record"
	"firn/vault"
)

// Verify retrieves an archive and reads all of it, keeping nothing: the
// vault's bytes have the tree hash on record if there is no error. It finds or
// starts a job, and waits, as [To] does. vault.ErrChecksum means that the
// vault has other bytes, or says that it has.
//
// Of an archive whose size is below zero nothing is on record. Then the bytes are
// compared with what the vault itself says of them, which the Result tells.
func Verify(ctx context.Context, d depot.Depot, a record.Archive, o Options) (Result, error) {
	o.Range = vault.Range{}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	t := newDownload(run, a, o)
	if err := t.aim(ctx); err != nil {
		return Result{}, err
	}
	if err := t.stream(ctx, io.Discard); err != nil {
		return t.result(), err
	}
	got, err := t.result(), error(nil)
	if got.TreeHash, err = t.proveStream(); err != nil {
		return got, err
	}
	switch {
	case a.Size >= 0 && got.Range.Size != a.Size:
		err = fmt.Errorf("archive %s has %d bytes at the vault, and %d on record: %w",
			depot.QuoteID(a.ID), got.Range.Size, a.Size, vault.ErrChecksum)
	case a.Size >= 0 && !a.TreeHash.IsZero() && got.TreeHash != a.TreeHash:
		err = fmt.Errorf("archive %s has the tree hash %s at the vault, and %s on record: %w",
			depot.QuoteID(a.ID), got.TreeHash, a.TreeHash, vault.ErrChecksum)
	}
	return got, err
}
