package download

import (
	"context"

	"firn/vault"
)

// learnSize finds out how large an archive is of which nothing is known, if the vault
// lists a job for a part of it.
func (d *download) learnSize(ctx context.Context) error {
	if d.archive.Size >= 0 {
		return nil
	}
	_, whole, err := d.asking.RecordedRanges(ctx, d.archive)
	if err == nil && !whole {
		err = d.asking.RefreshList(ctx, nil)
	}
	if err != nil {
		return err
	}
	for _, j := range d.asking.Listed.Jobs {
		if j.Kind == vault.RetrieveArchive && j.Archive == d.archive.ID && j.ArchiveSize > 0 {
			d.archive.Size = j.ArchiveSize
			if d.archive.TreeHash.IsZero() { // else what is on record counts
				d.archive.TreeHash = j.ArchiveTreeHash
			}
		}
	}
	return nil
}
