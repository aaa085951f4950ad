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

// lookUp completes the record of the archive: the modification time of the uploaded file and,
// if the target exists, the hash to compare it with. Some vaults describe both at once. If the
// vault does not, the download continues without them.
func (f *fileDownload) lookUp(ctx context.Context) error {
	there, err := f.target.size()
	if err == nil {
		err = f.findModTime(ctx)
	}
	if err != nil {
		return err
	}
	lacksHash := f.archive.Size < 0 || f.archive.TreeHash.IsZero()
	lacksTime := f.modTime.IsZero() && !f.NoTimes
	if !lacksTime && (!lacksHash || there < 0) {
		return nil
	}
	found, err := depot.Look(ctx, f.Vault, f.archive, f.requester.Retry())
	switch {
	case errors.Is(err, vault.ErrInvalid), errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrDenied):
		return nil
	case err != nil:
		return err
	}
	if lacksHash {
		f.archive.Size, f.crc = found.Size, found.CRC64
		if f.archive.TreeHash.IsZero() { // otherwise the record counts
			f.archive.TreeHash = found.TreeHash
		}
	}
	if lacksTime {
		f.modTime = found.ModTime
	}
	return nil
}

// findModTime finds the modification time of the uploaded file in the record of the archive or,
// if that has the same bytes, of its upload.
func (f *fileDownload) findModTime(ctx context.Context) error {
	if f.archive.State == record.Differing { // the record describes other bytes
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

// knowsCRC reports whether the CRC-64 of all wanted bytes is known.
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

// hashTarget reads the target and returns its tree hash.
func (f *fileDownload) hashTarget(ctx context.Context) (treehash.Hash, error) {
	ctx, stop := f.UntilDrained(ctx)
	defer stop()
	return f.target.hash(ctx)
}

// setModTime gives the unfinished file the modification time of the uploaded file, if that is
// known. If the file system cannot store it, a notice says so.
func (f *fileDownload) setModTime() {
	if f.NoTimes || f.modTime.IsZero() {
		return
	}
	if f.part.checkName() != nil { // the download fails when it names the file
		return
	}
	if err := disk.SetModTime(f.part.file, f.modTime); err != nil {
		f.Notice(fmt.Sprintf("the modification time of %q could not be set: %v", f.target.path, err))
	}
}
