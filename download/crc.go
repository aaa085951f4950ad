package download

import (
	"context"
	"errors"

	"firn/depot"
	"firn/internal/crc64"
	"firn/vault"
)

// Nobody may know the tree hash of an archive that another program has stored. Then the
// vault's CRC-64 of the whole archive verifies it. If there is none either, the Result is
// Unproved.

// needsCRC reports whether the CRC-64 must verify the archive.
func (d *download) needsCRC() bool {
	return d.isWhole() && d.archive.TreeHash.IsZero() && d.crc != 0
}

// isUnproved reports whether only the number of the bytes was compared.
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
	return vault.Errorf(vault.ErrChecksum, "the downloaded bytes have the CRC-64 %s, and archive %s has %s", got, depot.QuoteID(d.archive.ID), d.crc)
}

// verifyCRC reads the complete file and compares its CRC-64.
func (f *fileDownload) verifyCRC(ctx context.Context) error {
	if !f.needsCRC() {
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
