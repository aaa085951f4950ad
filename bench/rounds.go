package main

import (
	"context"
	"fmt"
	"os"
)

// contender is one of the programs that are compared.
type contender struct {
	name string
	run  func(context.Context) (usage, error)
}

// interleave runs every contender once a round, each after prepare, and returns
// the medians. On a machine whose speed changes with its neighbours, only figures
// from the same rounds can be compared.
func interleave(ctx context.Context, rounds int, prepare func() error, contenders []contender) (map[string]usage, error) {
	runs := make(map[string][]usage)
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
		for _, c := range contenders {
			if err := prepare(); err != nil {
				return nil, err
			}
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
