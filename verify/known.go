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

// known is the expected content of an archive: its tree hash or, if that is not known, its
// CRC-64.
type known struct {
	size      int64
	hash      treehash.Hash
	crc       crc64.Sum
	fromVault bool // the hash comes from the vault, not from the record
}

// lookUp returns the expected content of an archive from the record or, if the record lacks it,
// from the vault. vault.ErrNotFound: neither has a hash.
func lookUp(ctx context.Context, run depot.Run, a record.Archive) (known, error) {
	if a.Size >= 0 && !a.TreeHash.IsZero() {
		return known{size: a.Size, hash: a.TreeHash}, nil
	}
	if run.Vault == nil {
		return known{}, fmt.Errorf("the size and the tree hash of archive %s on record: %w", depot.QuoteID(a.ID), vault.ErrNotFound)
	}
	found, err := depot.Look(ctx, run.Vault, a, run.Retry())
	switch {
	case err == nil && !a.TreeHash.IsZero(): // the record's hash counts; depot.Look found no other
		return known{size: found.Size, hash: a.TreeHash}, nil
	case errors.Is(err, vault.ErrInvalid), err == nil && found.TreeHash.IsZero() && found.CRC64 == 0:
		return known{}, fmt.Errorf("a hash of archive %s, on record or kept with it: %w", depot.QuoteID(a.ID), vault.ErrNotFound)
	case err != nil:
		return known{}, err
	}
	return known{size: found.Size, hash: found.TreeHash, crc: found.CRC64, fromVault: true}, nil
}

// compareCRC compares the CRC-64 of a file with the archive's.
func (k known) compareCRC(ctx context.Context, a record.Archive, file *source.Source, path string) error {
	got, err := crc64.Read(ctx, io.NewSectionReader(file.At, 0, k.size), k.size)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return source.Unreadable(path, err)
	case got != k.crc:
		return vault.Errorf(vault.ErrChecksum, "%q has the CRC-64 %s, and archive %s has %s", path, got, depot.QuoteID(a.ID), k.crc)
	}
	return nil
}
