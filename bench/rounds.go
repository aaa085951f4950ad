package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// contender is one of the programs that are compared.
type contender struct {
	name   string
	rounds int // in which it takes part, the first ones; 0: all
	run    func(context.Context) (usage, error)
	runs   []usage
}

// program is a contender that is one command.
func program(name string, command func(context.Context) *exec.Cmd) *contender {
	return &contender{name: name, run: func(ctx context.Context) (usage, error) { return measure(ctx, command(ctx)) }}
}

// in has a program that is slow take part in the first rounds only.
func (c *contender) in(rounds int) *contender {
	c.rounds = rounds
	return c
}

// group is programs that do the same work.
type group struct {
	title      string
	size       int64        // bytes of the work
	prepare    func() error // before each run
	quick      bool         // nobody needs to be told that it goes on
	base       string       // the contender that the others are divided by
	contenders []*contender
	judge      func(*group, *report) // compares the medians with targets
}

// of returns the medians of a contender that has run.
func (g *group) of(name string) usage {
	for _, c := range g.contenders {
		if c.name == name {
			return median(c.runs)
		}
	}
	panic("no contender " + name)
}

// interleave runs every contender of every group once a round. On a machine whose
// speed changes with its neighbours, only figures from the same rounds can be
// compared.
func interleave(ctx context.Context, rounds int, groups ...*group) error {
	for round := range rounds {
		for _, g := range groups {
			if !g.quick {
				fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, g.title)
			}
			for _, c := range g.contenders {
				if c.rounds > 0 && round >= c.rounds {
					continue
				}
				if err := g.prepare(); err != nil {
					return err
				}
				u, err := c.run(ctx)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				c.runs = append(c.runs, u)
			}
		}
	}
	return nil
}
