package download

import (
	"context"

	"firn/vault"
)

// findSize finds the size of an archive of unknown size, if the vault lists a job for it.
func (d *download) findSize(ctx context.Context) error {
	if d.archive.Size >= 0 {
		return nil
	}
	_, whole, err := d.requester.RecordedRanges(ctx, d.archive)
	if err == nil && !whole {
		err = d.requester.RefreshList(ctx, nil)
	}
	if err != nil {
		return err
	}
	for _, j := range d.requester.Listed.Jobs {
		if j.Kind == vault.RetrieveArchive && j.Archive == d.archive.ID && j.ArchiveSize > 0 {
			d.archive.Size = j.ArchiveSize
			if d.archive.TreeHash.IsZero() { // otherwise the record counts
				d.archive.TreeHash = j.ArchiveTreeHash
			}
		}
	}
	return nil
}
