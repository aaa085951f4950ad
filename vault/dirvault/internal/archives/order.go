package archives

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/layout"
)

// idsAtOnce is how many archive ids are held while archives are visited in
// order: twice as many take about 40 MB.
const idsAtOnce = 1 << 17

// EachInOrder is Each in the order of the ids, so that an inventory can go on where an
// earlier one ended. It ends with the first error of visit.
func (s *Archives) EachInOrder(ctx context.Context, visit func(a vault.Archive, broken error) error) error {
	return s.eachInOrder(ctx, idsAtOnce, visit)
}

// eachInOrder reads the directory once for every atOnce archives and holds no more than
// twice as many ids.
func (s *Archives) eachInOrder(ctx context.Context, atOnce int, visit func(a vault.Archive, broken error) error) error {
	for after := vault.ArchiveID(""); ; {
		ids, err := s.After(ctx, after, atOnce)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, lookedAtOnce) {
			if err := s.visitAll(ctx, some, visit); err != nil {
				return err
			}
		}
		if len(ids) < atOnce {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// lookedAtOnce archives are read before the first is visited, by as many goroutines as
// lookers. The files of an archive are small and far from those of the next, so one
// goroutine would let disk and processors wait for each other.
const (
	lookedAtOnce = 512
	lookers      = 8
)

// visitAll calls visit with those archives of these ids that there are, in the
// order of the ids, from one goroutine.
func (s *Archives) visitAll(ctx context.Context, ids []vault.ArchiveID, visit func(a vault.Archive, broken error) error) error {
	type found struct {
		archive vault.Archive
		broken  error
	}
	all := make([]*found, len(ids)) // nil: there is none
	group, looking := errgroup.WithContext(ctx)
	for looker := range lookers {
		group.Go(func() error {
			for i := looker; i < len(ids); i += lookers {
				err := s.visit(looking, ids[i], func(a vault.Archive, broken error) error {
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

// After returns the first n of the ids behind after, in order. An archive may have been
// deleted meanwhile.
func (s *Archives) After(ctx context.Context, after vault.ArchiveID, n int) ([]vault.ArchiveID, error) {
	var ids []vault.ArchiveID
	var last vault.ArchiveID // no later one is wanted, once it is known
	err := s.files.EachEntry(layout.ArchivesDir, func(name string) (bool, error) {
		if err := cancel.Err(ctx); err != nil {
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
