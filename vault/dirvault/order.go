package dirvault

import (
	"context"
	"slices"

	"firn/vault"
)

// idsAtOnce is how many archive ids are held while archives are visited in
// order: twice as many take about 40 MB.
const idsAtOnce = 1 << 17

// eachArchiveInOrder is eachArchive in the order of the ids, which lets an
// inventory go on where an earlier one ended. It reads the directory once for
// every atOnce archives and holds no more than twice as many ids. visit ends the
// walk with an error.
func (v *Vault) eachArchiveInOrder(ctx context.Context, atOnce int, visit func(a vault.Archive, broken error) error) error {
	for after := vault.ArchiveID(""); ; {
		ids, err := v.archivesAfter(ctx, after, atOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := v.visitArchive(ctx, id, visit); err != nil {
				return err
			}
		}
		if len(ids) < atOnce {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// archivesAfter returns the first n of the ids behind after, in order. There may
// be no archive of such an id (any more).
func (v *Vault) archivesAfter(ctx context.Context, after vault.ArchiveID, n int) ([]vault.ArchiveID, error) {
	var ids []vault.ArchiveID
	var last vault.ArchiveID // no later one is wanted, once it is known
	err := eachEntry(v.dir, archivesDir, func(name string) (bool, error) {
		if err := cancelled(ctx); err != nil {
			return false, err
		}
		id := vault.ArchiveID(name)
		if !validID(name, archiveIDLength) || id <= after || last != "" && id >= last {
			return true, nil
		}
		ids = append(ids, id)
		if len(ids) < 2*n {
			return true, nil
		}
		slices.Sort(ids)
		ids = ids[:n]
		last = ids[n-1]
		return true, nil
	})
	slices.Sort(ids)
	return ids[:min(n, len(ids))], err
}
