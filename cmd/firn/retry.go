package main

import (
	"context"
	"time"

	"firn/internal/humane"
	"firn/internal/transfer"
)

// patience is how long short commands repeat a request that the service could
// not answer. They are safe to repeat, and somebody is waiting.
const patience = time.Minute

// retry repeats f while the service is unavailable or asks to slow down.
func (p *program) retry(ctx context.Context, f func(context.Context) error) error {
	return p.retryWithin(ctx, patience, f)
}

// retryWithin is retry with a patience of its own.
func (p *program) retryWithin(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
	r := transfer.Retry{For: patience, Stop: ctx.Done(), Waiting: func(err error, wait time.Duration) {
		if !p.quiet {
			p.ui.say("firn: waiting %s: %s", humane.Duration(wait), errorText(err))
		}
	}}
	return r.Do(ctx, f)
}

// collect is retry for lists: a list that breaks off is read again from its
// beginning.
func collect[T any](ctx context.Context, p *program, list func(context.Context) func(func(T, error) bool)) ([]T, error) {
	var all []T
	err := p.retry(ctx, func(ctx context.Context) error {
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
