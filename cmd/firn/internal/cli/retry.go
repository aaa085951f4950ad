package cli

import (
	"context"
	"time"

	"firn/internal/transfer"
)

// Patience is how long short commands repeat a request that the service could not answer.
// Such a command is safe to repeat, and the user waits for it.
const Patience = time.Minute

// Retry repeats f for [Patience] while the service is unavailable or asks to slow down.
func (p *Program) Retry(ctx context.Context, f func(context.Context) error) error {
	return p.RetryWithin(ctx, Patience, f)
}

// RetryWithin is [Program.Retry] with another patience.
func (p *Program) RetryWithin(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
	r := transfer.Retry{For: patience, Stop: ctx.Done()}.Announce(p.Notice)
	return r.Do(ctx, f)
}

// Collect reads a list. Like [Program.Retry] it repeats: it reads a list that fails again
// from the beginning.
func Collect[T any](ctx context.Context, p *Program, list func(context.Context) func(func(T, error) bool)) ([]T, error) {
	var all []T
	err := p.Retry(ctx, func(ctx context.Context) error {
		all = nil
		for item, err := range list(ctx) {
			if err != nil {
				return err
			}
			all = append(all, item)
		}
		return nil
	})
	return all, err
}
