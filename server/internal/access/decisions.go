package access

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// decisions keep a decision true until the operation that it allows is done: many operations
// go on side by side, and a change is made alone, in the order in which they came.
type decisions struct{ running *semaphore.Weighted }

// allOperations is more than there can be requests.
const allOperations = 1 << 40

func newDecisions() decisions { return decisions{semaphore.NewWeighted(allOperations)} }

// Keep makes sure that what the policies decide from now on stays true until the caller calls
// done. The caller does not wait for a client meanwhile. Keep waits no longer than ctx.
func (p *Policies) Keep(ctx context.Context) (done func(), err error) {
	return p.decisions.hold(ctx, 1)
}

// Change waits until the operations that were allowed are done, and lets no other one begin
// until the caller calls done. An operation that changes what the policies decide calls it
// first. Change waits no longer than ctx.
func (p *Policies) Change(ctx context.Context) (done func(), err error) {
	return p.decisions.hold(ctx, allOperations)
}

func (d decisions) hold(ctx context.Context, n int64) (done func(), err error) {
	if d.running.Acquire(ctx, n) != nil {
		return nil, context.Cause(ctx)
	}
	return func() { d.running.Release(n) }, nil
}
