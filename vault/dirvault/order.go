package dirvault

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
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
		for some := range slices.Chunk(ids, lookedAtOnce) {
			if err := v.visitArchives(ctx, some, visit); err != nil {
				return err
			}
		}
		if len(ids) < atOnce {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// lookedAtOnce is how many archives are looked at before the first is visited, by
// lookers at a time: the files of one are small and far from those of the next, so
// that disk and processors would wait for each other.
const (
	lookedAtOnce = 512
	lookers      = 8
)

// visitArchives calls visit with those archives of these ids that there are, in the
// order of the ids, from one goroutine.
func (v *Vault) visitArchives(ctx context.Context, ids []vault.ArchiveID, visit func(a vault.Archive, broken error) error) error {
	type found struct {
		archive vault.Archive
		broken  error
	}
	all := make([]*found, len(ids)) // nil: there is none
	group, looking := errgroup.WithContext(ctx)
	for looker := range lookers {
		group.Go(func() error {
			for i := looker; i < len(ids); i += lookers {
				err := v.visitArchive(looking, ids[i], func(a vault.Archive, broken error) error {
					all[i] = &found{a, broken}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range all {
		if f == nil {
			continue
		}
		if err := visit(f.archive, f.broken); err != nil {
			return err
		}
	}
	return nil
}

// archivesAfter returns the first n of the ids behind after, in order. There may
// be no archive of such an id (any more).
func (v *Vault) archivesAfter(ctx context.Context, after vault.ArchiveID, n int) ([]vault.ArchiveID, error) {
	var ids []vault.ArchiveID
	var last vault.ArchiveID // no later one is wanted, once it is known
	err := v.eachEntry(layout.ArchivesDir, func(name string) (bool, error) {
		if err := cancelled(ctx); err != nil {
			return false, err
		}
		id := vault.ArchiveID(name)
		if !layout.IsArchiveID(name) || id <= after || last != "" && id >= last {
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
