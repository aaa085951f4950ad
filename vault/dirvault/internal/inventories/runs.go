package inventories

import (
	"cmp"
	"context"
	"io/fs"
	"sync"

	"firn/vault/dirvault/internal/cancel"
)

// runs takes inventories for requests that wait for them, one at a time. An inventory of a
// million archives takes longer than many clients wait for an answer. So it goes on when the
// client has given up, and a later request finds it done.
type runs struct {
	ctx context.Context // ends when the vault is given up
	end context.CancelCauseFunc

	mu      sync.Mutex
	current *taking // nil while there is none
	all     sync.WaitGroup
}

// taking is one run.
type taking struct {
	done chan struct{} // closed at its end
	err  error         // set by then
}

func newRuns() *runs {
	r := &runs{}
	r.ctx, r.end = context.WithCancelCause(context.Background())
	return r
}

// join returns the run that is under way, else one that begins now and calls take.
func (r *runs) join(take func(context.Context) error) (run *taking, begun bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil {
		return r.current, false
	}
	run = &taking{done: make(chan struct{})}
	if run.err = cancel.Err(r.ctx); run.err != nil {
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

// stop ends the run that is under way and lets no other begin.
func (r *runs) stop(reason error) {
	r.mu.Lock()
	r.end(cmp.Or(reason, fs.ErrClosed))
	r.mu.Unlock()
	r.all.Wait()
}
