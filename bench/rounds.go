package main

import (
	"context"
	"fmt"
	"os"

	"firn/bench/internal/lab"
)

// contender is one of the programs that are compared.
type contender struct {
	name string
	run  func(context.Context) (usage, error)
}

// interleave runs every contender once a round, the file in the page cache
// before each, and returns the medians. On a machine whose speed changes with its
// neighbours, only figures from the same rounds can be compared.
func (b *bench) interleave(ctx context.Context, rounds int, contenders []contender) (map[string]usage, error) {
	runs := make(map[string][]usage)
	for round := range rounds {
		for _, c := range contenders {
			if _, err := lab.Warm(b.file); err != nil {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, c.name)
			u, err := c.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			runs[c.name] = append(runs[c.name], u)
		}
	}
	medians := make(map[string]usage)
	for name, all := range runs {
		medians[name] = median(all)
	}
	return medians, nil
}
