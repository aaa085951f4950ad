package download

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/crc64"
	"firn/internal/disk"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// learn finds out what the record of the archive lacks and the file needs: when what
// was stored was last changed, and, if the target is there, by what it is recognised.
// Some vaults tell both at once. What they do not tell is no reason not to download.
func (f *fileDownload) learn(ctx context.Context) error {
	there, err := f.target.size()
	if err == nil {
		err = f.recallTime(ctx)
	}
	if err != nil {
		return err
	}
	lacksHash := f.archive.Size < 0 || f.archive.TreeHash.IsZero()
	lacksTime := f.modTime.IsZero() && !f.NoTimes
	if !lacksTime && (!lacksHash || there < 0) {
		return nil
	}
	told, err := depot.Look(ctx, f.Vault, f.archive, f.asking.Retry())
	switch {
	case errors.Is(err, vault.ErrInvalid), errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrDenied):
		return nil
	case err != nil:
		return err
	}
	if lacksHash {
		f.archive.Size, f.crc = told.Size, told.CRC64
		if f.archive.TreeHash.IsZero() { // else what is on record counts
			f.archive.TreeHash = told.TreeHash
		}
	}
	if lacksTime {
		f.modTime = told.ModTime
	}
	return nil
}

// recallTime looks up the time of what was stored: the description may tell it, or the
// record of the upload, if that was of these bytes.
func (f *fileDownload) recallTime(ctx context.Context) error {
	if f.archive.State == record.Differing { // what is on record is of other bytes
		return nil
	}
	f.modTime = f.archive.ModTime
	if !f.modTime.IsZero() || f.archive.TreeHash.IsZero() {
		return nil
	}
	from, err := f.Journal.UploadOf(ctx, f.VaultURL, f.archive.ID)
	switch {
	case err == nil && from.TreeHash == f.archive.TreeHash:
		f.modTime = from.Source.ModTime
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		return err
	}
	return nil
}

// knowsCRC reports whether the vault has told the CRC-64 of all that is wanted.
func (f *fileDownload) knowsCRC() bool { return f.isWhole() && f.crc != 0 }

// hasCRC reports whether the target has that CRC-64.
func (f *fileDownload) hasCRC(ctx context.Context) (bool, error) {
	ctx, stop := f.UntilDrained(ctx)
	defer stop()
	file, err := f.target.open()
	if err != nil {
		return false, err
	}
	defer file.Close()
	got, err := crc64.Read(ctx, file, f.want.Size)
	return err == nil && got == f.crc, err
}

// hashTarget reads the target for its tree hash.
func (f *fileDownload) hashTarget(ctx context.Context) (treehash.Hash, error) {
	ctx, stop := f.UntilDrained(ctx)
	defer stop()
	return f.target.hash(ctx)
}

// date gives the unfinished file the time of what was stored, if that is known. A file
// system that cannot keep it is no reason to fail.
func (f *fileDownload) date() {
	if f.NoTimes || f.modTime.IsZero() {
		return
	}
	if f.part.checkName() != nil { // which ends the download as soon as the file is placed
		return
	}
	if err := disk.SetModTime(f.part.file, f.modTime); err != nil {
		f.Notice(fmt.Sprintf("the modification time of %q could not be set: %v", f.target.path, err))
	}
}
