package transfer

import "context"

// turn is the place of one segment in the order of all: it begins when the one
// before it was written, and does not come if that one will not be.
type turn struct {
	before <-chan bool // nil: it is the first
	after  chan<- bool
}

// newTurn returns the turn behind the one that tells before, and what tells of
// its own end.
func newTurn(before <-chan bool) (t turn, own <-chan bool) {
	after := make(chan bool, 1)
	return turn{before: before, after: after}, after
}

// await waits for the turn. It fails with ErrInterrupted if the turn does not
// come: the one before it was not begun because of a drain, or has its own error.
func (t turn) await(ctx context.Context) error {
	if t.before == nil {
		return nil
	}
	select {
	case written := <-t.before:
		if !written {
			return ErrInterrupted
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// pass tells the next turn whether this one was used. The first word counts.
func (t turn) pass(written bool) {
	select {
	case t.after <- written:
	default:
	}
}
