package inventories

import (
	"context"

	"firn/vault/dirvault/internal/cancel"
)

// Refresh makes a new inventory when it is time for one, and waits for it until ctx ends.
func (s *Store) Refresh(ctx context.Context) error {
	return s.await(ctx, func() (done bool, err error) {
		due, err := s.due(true)
		return !due, err // a caller with a good inventory does not wait for another one
	}, s.takeIfDue)
}

// RefreshCount makes the state say how many archives there are, if it is time for that (see
// Options.Every): from the count where it must always be up to date, else by an inventory,
// which must list the archives of that time.
func (s *Store) RefreshCount(ctx context.Context) error {
	if s.Every >= 0 {
		return s.Refresh(ctx)
	}
	return s.await(ctx, func() (done bool, err error) {
		if due, err := s.due(false); err != nil || !due {
			return true, err
		}
		return s.takeCount()
	}, s.recount)
}

// await waits until ctx ends for a run of do that began after the call, unless it is done
// already.
func (s *Store) await(ctx context.Context, isDone func() (bool, error), do func(context.Context) error) error {
	// A run that was under way may have missed changes before this call. The next one
	// does not.
	for range 2 {
		if err := cancel.Err(ctx); err != nil {
			return err
		}
		if done, err := isDone(); err != nil || done {
			return err
		}
		run, begun := s.runs.join(do)
		select {
		case <-ctx.Done():
			return cancel.Err(ctx)
		case <-run.done:
		}
		if begun || run.err != nil {
			return run.err
		}
	}
	return nil
}

func (s *Store) takeIfDue(ctx context.Context) error {
	if err := s.lock.Lock(ctx); err != nil {
		return err
	}
	defer s.lock.Unlock()
	if due, err := s.due(true); err != nil || !due {
		return err
	}
	_, err := s.take(ctx)
	return err
}

// takeCount copies the count into the state, if it is known. Then there is no list of these
// archives until a job needs one.
func (s *Store) takeCount() (known bool, err error) {
	touched, err := s.count.Modified()
	if err != nil {
		return false, err
	}
	taken := s.state.beginInventory(s.Now(), touched)
	t, known, err := s.count.Get()
	if err != nil || !known {
		return false, err
	}
	taken.Archives, taken.Bytes = t.Archives, t.WithOverhead()
	return true, s.state.endInventory(taken)
}

// recount counts the archives anew while archives may come and go. If any do, the next count
// is as much work.
func (s *Store) recount(ctx context.Context) error {
	r, err := s.count.BeginRecount()
	if err != nil {
		return err
	}
	taken := s.state.beginInventory(s.Now(), r.Touched())
	if r.Tally, err = s.count.Walk(ctx, func(string) {}); err != nil {
		return err
	}
	if err := s.count.EndRecount(r); err != nil {
		return err
	}
	taken.Archives, taken.Bytes = r.Archives, r.WithOverhead()
	return s.state.endInventory(taken)
}
