package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"firn/depot"
	"firn/internal/crc64"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// known is what is known of the bytes of an archive: their tree hash or, if nobody
// knows that, their CRC-64.
type known struct {
	size int64
	hash treehash.Hash
	crc  crc64.Sum
	told bool // by the vault, and not by the record
}

// look returns what the record knows of an archive, or else what the vault shows at once.
// vault.ErrNotFound: neither knows a hash.
func look(ctx context.Context, run depot.Run, a record.Archive) (known, error) {
	if a.Size >= 0 && !a.TreeHash.IsZero() {
		return known{size: a.Size, hash: a.TreeHash}, nil
	}
	if run.Vault == nil {
		return known{}, fmt.Errorf("the size and the tree hash of archive %s on record: %w", depot.QuoteID(a.ID), vault.ErrNotFound)
	}
	told, err := depot.Look(ctx, run.Vault, a, run.Retry())
	switch {
	case err == nil && !a.TreeHash.IsZero(): // what is on record counts, if the vault tells nothing else
		return known{size: told.Size, hash: a.TreeHash}, nil
	case errors.Is(err, vault.ErrInvalid), err == nil && told.TreeHash.IsZero() && told.CRC64 == 0:
		return known{}, fmt.Errorf("a hash of archive %s, on record or kept with it: %w", depot.QuoteID(a.ID), vault.ErrNotFound)
	case err != nil:
		return known{}, err
	}
	return known{size: told.Size, hash: told.TreeHash, crc: told.CRC64, told: true}, nil
}

// compareCRC compares the CRC-64 of a file with that of an archive.
func (k known) compareCRC(ctx context.Context, a record.Archive, file *source.Source, path string) error {
	got, err := crc64.Read(ctx, io.NewSectionReader(file.At, 0, k.size), k.size)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return source.Unreadable(path, err)
	case got != k.crc:
		return fmt.Errorf("%q has the CRC-64 %s, and archive %s has %s: %w", path, got, depot.QuoteID(a.ID), k.crc, vault.ErrChecksum)
	}
	return nil
}
