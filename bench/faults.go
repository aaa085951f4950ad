package main

import (
	"context"
	"errors"
)

// faults shows that a retry sends again but does not hash again: one part in 50
// is answered with an error of the service.
func (b *bench) faults(ctx context.Context, r *report) (err error) {
	clean, err := b.sink(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean.Stop()) }()
	faulty, err := b.sink(ctx, "-fail-every", "50")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, faulty.Stop()) }()

	contenders := []contender{
		{"clean", func(ctx context.Context) (usage, error) {
			return b.upload(ctx, clean.Endpoint, b.file, partSize, workers)
		}},
		{"one part in 50 fails", func(ctx context.Context) (usage, error) {
			return b.upload(ctx, faulty.Endpoint, b.file, partSize, workers)
		}},
	}
	medians, err := interleave(ctx, b.rounds, b.warm, contenders)
	if err != nil {
		return err
	}
	r.section("faults")
	r.usages(b.size, contenders, medians)
	r.section("targets")
	r.atMost("P10 CPU / clean run", ratio(medians["one part in 50 fails"].cpu, medians["clean"].cpu), 1.06)
	return nil
}
