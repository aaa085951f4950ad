package dirvault

import (
	"cmp"
	"context"
	"io/fs"
	"sync"
)

// inventoryRuns takes inventories for whoever waits for them, one at a time. Of a
// million archives one takes longer than many clients wait for an answer. So it
// goes on when who asked has given up, and who asks again finds it done.
type inventoryRuns struct {
	ctx context.Context // ends when the vault is given up
	end context.CancelCauseFunc

	mu      sync.Mutex
	current *inventoryRun // nil while there is none
	all     sync.WaitGroup
}

// inventoryRun is the taking of one inventory.
type inventoryRun struct {
	done chan struct{} // closed at its end
	err  error         // set by then
}

func newInventoryRuns() *inventoryRuns {
	r := &inventoryRuns{}
	r.ctx, r.end = context.WithCancelCause(context.Background())
	return r
}

// join returns the run that is under way, else one that begins now, by a call of
// take.
func (r *inventoryRuns) join(take func(context.Context) error) (run *inventoryRun, begun bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil {
		return r.current, false
	}
	run = &inventoryRun{done: make(chan struct{})}
	if run.err = cancelled(r.ctx); run.err != nil {
		close(run.done)
		return run, true
	}
	r.current = run
	r.all.Go(func() {
		run.err = take(r.ctx)
		r.mu.Lock()
		r.current = nil
		r.mu.Unlock()
		close(run.done)
	})
	return run, true
}

// stop ends what is under way and lets nothing begin any more.
func (r *inventoryRuns) stop(reason error) {
	r.mu.Lock()
	r.end(cmp.Or(reason, fs.ErrClosed))
	r.mu.Unlock()
	r.all.Wait()
}

// refreshInventory makes a new inventory when it is time for one, and waits for it
// until ctx ends.
func (v *Vault) refreshInventory(ctx context.Context) error {
	return v.awaitRun(ctx, func() (done bool, err error) {
		due, err := v.inventoryDue(true)
		return !due, err // and nobody waits for an inventory that another is taking
	}, v.takeInventoryIfDue)
}

// awaitRun waits until ctx ends for a run of do that began after the call, unless it is
// done already.
func (v *Vault) awaitRun(ctx context.Context, isDone func() (bool, error), do func(context.Context) error) error {
	// One that was under way may have missed what came before this call. The next
	// one did not.
	for range 2 {
		if err := cancelled(ctx); err != nil {
			return err
		}
		if done, err := isDone(); err != nil || done {
			return err
		}
		run, begun := v.runs.join(do)
		select {
		case <-ctx.Done():
			return cancelled(ctx)
		case <-run.done:
		}
		if begun || run.err != nil {
			return run.err
		}
	}
	return nil
}

// takeInventoryIfDue is one run.
func (v *Vault) takeInventoryIfDue(ctx context.Context) error {
	if err := v.taking.Lock(ctx); err != nil {
		return err
	}
	defer v.taking.Unlock()
	if due, err := v.inventoryDue(true); err != nil || !due {
		return err
	}
	_, err := v.takeInventory(ctx)
	return err
}
