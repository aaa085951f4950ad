package transfer

import (
	"context"
	"time"
)

// UntilDrained returns a context that is cancelled with ErrInterrupted when drain has been
// closed for as long as grace, or together with ctx. The caller calls stop, which waits for
// the watching goroutine.
func UntilDrained(ctx context.Context, drain <-chan struct{}, grace time.Duration) (drained context.Context, stop func()) {
	drained, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-drain:
		case <-drained.Done():
			return
		}
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(ErrInterrupted)
		case <-drained.Done():
		}
	}()
	return drained, func() {
		cancel(nil)
		<-ended
	}
}

// Pause waits for d. It returns ErrInterrupted early if stop is closed, and the cause of
// ctx if that is cancelled. stop may be nil.
func Pause(ctx context.Context, stop <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-stop:
		return ErrInterrupted
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
