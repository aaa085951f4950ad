package transfer

import "context"

// turn is the position of a segment in the order of writing. It begins when the segment
// before was written, and never if that one is not written.
type turn struct {
	before <-chan bool // nil: the first segment
	after  chan<- bool
}

// newTurn returns the turn behind before, and the channel for the turn behind it.
func newTurn(before <-chan bool) (t turn, own <-chan bool) {
	after := make(chan bool, 1)
	return turn{before: before, after: after}, after
}

// await waits for the turn. It returns ErrInterrupted if the segment before will not be
// written: a drain prevented it, or it has its own error.
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

// pass reports to the next turn whether this segment was written. Only the first call
// counts.
func (t turn) pass(written bool) {
	select {
	case t.after <- written:
	default:
	}
}
