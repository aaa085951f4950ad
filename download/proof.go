package download

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/crc64"
	"firn/vault"
)

// An archive that another program has stored may have no tree hash that anybody
// knows. The vault's own CRC-64 of the whole proves it then; where there is none,
// it is said that nothing does.

// provesByCRC reports whether the CRC-64 is what proves the archive, and tells if
// nothing does.
func (d *download) provesByCRC() bool {
	switch {
	case d.isWhole() && !d.archive.TreeHash.IsZero(), !d.isWhole() && d.unproved == 0:
		return false
	case d.isWhole() && d.crc != 0:
		return true
	}
	d.Notice(fmt.Sprintf("nobody knows a hash of these bytes of archive %s: that they are the right ones is not proved, beyond their number",
		depot.QuoteID(d.archive.ID)))
	return false
}

// isUnproved reports whether nothing but the number of the bytes was compared.
func (d *download) isUnproved() bool {
	if !d.isWhole() {
		return d.unproved > 0
	}
	return d.archive.TreeHash.IsZero() && d.crc == 0
}

func (d *download) checkCRC(got crc64.Sum) error {
	if got == d.crc {
		return nil
	}
	return fmt.Errorf("the bytes that came have the CRC-64 %s, and archive %s has %s: %w", got, depot.QuoteID(d.archive.ID), d.crc, vault.ErrChecksum)
}

// proveByCRC reads the file, whose bytes have all come, for the CRC-64.
func (f *fileDownload) proveByCRC(ctx context.Context) error {
	if !f.provesByCRC() {
		return nil
	}
	ctx, stop := f.UntilDrained(ctx)
	defer stop()
	if _, err := f.part.file.Seek(0, 0); err != nil {
		return f.part.failure(err)
	}
	got, err := crc64.Read(ctx, f.part.file, f.want.Size)
	if err != nil {
		return err
	}
	if err := f.checkCRC(got); err != nil {
		return errors.Join(err, f.discard(ctx))
	}
	return nil
}
