package download

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/crc64"
	"firn/vault"
)

// Nobody may know the tree hash of an archive that another program has stored. Then the
// vault's CRC-64 of the whole archive verifies it. If there is none either, a notice says that
// the bytes were not verified.

// needsCRC reports whether the CRC-64 must verify the archive. If nothing can verify it, a
// notice says so.
func (d *download) needsCRC() bool {
	switch {
	case d.isWhole() && !d.archive.TreeHash.IsZero(), !d.isWhole() && d.unproved == 0:
		return false
	case d.isWhole() && d.crc != 0:
		return true
	}
	d.Notice(fmt.Sprintf("no checksum is available for these bytes of archive %s; only their number was verified",
		depot.QuoteID(d.archive.ID)))
	return false
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
