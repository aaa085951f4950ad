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
func (g *group) of(name string) usage { return median(g.contender(name).runs) }

// both returns the medians of two contenders over the rounds in which both took
// part: the first ones, since one that is slow leaves out the last.
func (g *group) both(one, other string) (usage, usage) {
	a, b := g.contender(one).runs, g.contender(other).runs
	n := min(len(a), len(b))
	return median(a[:n]), median(b[:n])
}

// cpu is how many times the CPU of another a contender takes.
func (g *group) cpu(name, other string) float64 {
	a, b := g.both(name, other)
	return ratio(a.cpu, b.cpu)
}

// wall is how many times the wall time of another a contender takes.
func (g *group) wall(name, other string) float64 {
	a, b := g.both(name, other)
	return ratio(a.wall, b.wall)
}

func (g *group) contender(name string) *contender {
	for _, c := range g.contenders {
		if c.name == name {
			return c
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
