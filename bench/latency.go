package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"firn/bench/internal/lab"
)

// latency shows what parts in flight are for: with 100 ms added to the answer to
// each part, many at once hide the wait.
func (b *bench) latency(ctx context.Context, r *report) (err error) {
	sink, err := b.sink(ctx, "-delay", "100ms")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sink.Stop()) }()

	file, size := filepath.Join(b.work, "quarter"), max(b.size/4, partSize)
	if err := lab.RandomFile(file, size, 2); err != nil {
		return err
	}
	var contenders []contender
	for _, inFlight := range []int{1, 8, 16} {
		contenders = append(contenders, contender{inFlightName(inFlight), func(ctx context.Context) (usage, error) {
			return b.upload(ctx, sink.Endpoint, file, partSize, inFlight)
		}})
	}
	medians, err := interleave(ctx, b.rounds, b.warm, contenders)
	if err != nil {
		return err
	}

	r.section(fmt.Sprintf("%d MiB, 100 ms added to the answer to each part", size>>20))
	r.usages(size, contenders, medians)
	one := medians[inFlightName(1)].wall
	r.section("targets")
	r.atLeast("P9 8 in flight, times faster than one", ratio(one, medians[inFlightName(8)].wall), 5)
	r.atLeast("P9 16 in flight, times faster than one", ratio(one, medians[inFlightName(16)].wall), 6)
	return nil
}

func inFlightName(n int) string { return fmt.Sprintf("%d in flight", n) }
