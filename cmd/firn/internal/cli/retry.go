package cli

import (
	"context"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/transfer"
)

// Patience is how long short commands repeat a request that the service could
// not answer. They are safe to repeat, and somebody is waiting.
const Patience = time.Minute

// Retry repeats f while the service is unavailable or asks to slow down.
func (p *Program) Retry(ctx context.Context, f func(context.Context) error) error {
	return p.RetryWithin(ctx, Patience, f)
}

// RetryWithin is retry with a patience of its own.
func (p *Program) RetryWithin(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
	r := transfer.Retry{For: patience, Stop: ctx.Done(), Waiting: func(err error, wait time.Duration) {
		if !p.Quiet {
			p.UI.Say("firn: waiting %s: %s", humane.Duration(wait), term.ErrorText(err))
		}
	}}
	return r.Do(ctx, f)
}

// Collect is retry for lists: a list that breaks off is read again from its
// beginning.
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
