package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Job returns the state of a job. A job whose archive was deleted has failed, unless the bytes
// are kept for it.
func (s *Store) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	if err := cancel.Err(ctx); err != nil {
		return vault.Job{}, fmt.Errorf("job %q: %w", id, err)
	}
	d, err := s.Get(id)
	if err != nil {
		return vault.Job{}, err
	}
	j, err := s.describe(&d)
	if err != nil {
		return vault.Job{}, fmt.Errorf("job %q: %w", id, err)
	}
	return j, nil
}

func (s *Store) describe(d *Document) (vault.Job, error) {
	j := d.job()
	switch {
	case !d.Ended(s.Now()):
		j.Status, j.Message = vault.InProgress, "Operation in progress."
		j.Completed, j.Expires = time.Time{}, time.Time{}
		if d.Kind == vault.RetrieveInventory {
			j.Size, j.Marker = 0, ""
		}
	case d.Kind == vault.RetrieveArchive:
		there, err := s.isReadable(d)
		if err != nil {
			return vault.Job{}, err
		}
		if !there {
			j.Status, j.Message = vault.Failed, "The archive was deleted after the job was started."
		}
	case d.Damaged > 0:
		j.Message = fmt.Sprintf("Succeeded. Archives of which only the id and the size are known, because their files are damaged: %d.", d.Damaged)
	}
	return j, nil
}

// Each calls visit with every job that has not expired and was not created before from,
// until it returns false: the oldest first, and of the same age by their ids. It holds only
// the times of the jobs. Damaged jobs are left out and reported to Options.Damaged.
func (s *Store) Each(ctx context.Context, from time.Time, visit func(vault.Job) bool) error {
	if err := s.Closed(); err != nil {
		return err
	}
	s.Sweep()
	all, err := s.inOrder(ctx)
	if err != nil {
		return err
	}
	first, _ := slices.BinarySearchFunc(all, from, func(l listed, from time.Time) int { return l.created.Compare(from) })
	for _, l := range all[first:] {
		if l.forgotten(s.Now()) {
			_, _ = s.get(l.id) // which removes it
		}
		if l.expired(s.Now()) {
			continue
		}
		j, err := s.Job(ctx, l.id)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			continue // forgotten just now
		case errors.Is(err, durable.ErrDamaged):
			s.Damaged(err)
			continue
		case err != nil:
			return err
		}
		if !visit(j) {
			return nil
		}
	}
	return nil
}

// listed is a job in the order of a list.
type listed struct {
	id vault.JobID
	times
}

// inOrder returns all jobs, those that have expired too, in the order in which they are
// listed. The caller does not change them.
func (s *Store) inOrder(ctx context.Context) ([]listed, error) {
	touched, err := s.files.Modified(layout.JobsDir)
	if err != nil {
		return nil, err
	}
	order, changes, known := s.known.inOrder(touched)
	if known {
		return order, nil
	}
	order = nil
	whole := true
	err = s.files.EachEntry(layout.JobsDir, func(name string) (bool, error) {
		if err := cancel.Err(ctx); err != nil {
			return false, err
		}
		id, isJob := strings.CutSuffix(name, ".json")
		if !isJob {
			return true, nil
		}
		l := listed{id: vault.JobID(id)}
		var err error
		l.times, err = s.timesOf(l.id)
		switch {
		case errors.Is(err, vault.ErrNotFound): // another file, or forgotten
		case errors.Is(err, durable.ErrDamaged):
			whole = false
			s.Damaged(err)
		case err != nil:
			return false, err
		default:
			order = append(order, l)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(order, func(a, b listed) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
	})
	if whole { // else the damage is reported for each list
		s.known.setOrder(order, changes, touched)
	}
	return order, nil
}
