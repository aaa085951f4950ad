package server

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// decisions keep what was decided about an operation true until the operation is
// done: many operations go on side by side, and what decides is changed alone, in the
// order in which they came. Waiting ends with the request.
type decisions struct{ places *semaphore.Weighted }

// allDecisions is more than there can be requests.
const allDecisions = 1 << 40

func newDecisions() decisions { return decisions{semaphore.NewWeighted(allDecisions)} }

// stand keeps what is decided from now on true until the function that it returns is
// called. The caller does not wait for a client meanwhile.
func (d decisions) stand(ctx context.Context) (done func(), err error) { return d.hold(ctx, 1) }

// change waits until what was decided is done, and lets nothing be decided until the
// function that it returns is called.
func (d decisions) change(ctx context.Context) (done func(), err error) {
	return d.hold(ctx, allDecisions)
}

func (d decisions) hold(ctx context.Context, n int64) (done func(), err error) {
	if d.places.Acquire(ctx, n) != nil {
		return nil, context.Cause(ctx)
	}
	return func() { d.places.Release(n) }, nil
}
