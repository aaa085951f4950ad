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
	rounds int // number of rounds in which it takes part, from the first on; 0: all
	run    func(context.Context) (usage, error)
	runs   []usage
}

// program returns a contender that consists of one command.
func program(name string, command func(context.Context) *exec.Cmd) *contender {
	return &contender{name: name, run: func(ctx context.Context) (usage, error) { return measure(ctx, command(ctx)) }}
}

// in limits a slow program to the first rounds.
func (c *contender) in(rounds int) *contender {
	c.rounds = rounds
	return c
}

// group is a set of programs that do the same work.
type group struct {
	title      string
	size       int64        // bytes of the work
	prepare    func() error // called before each run
	quick      bool         // print no progress
	base       string       // the contender to which the others are compared
	contenders []*contender
	judge      func(*group, *report) // compares the medians with targets
}

// of returns the medians of a contender that has run.
func (g *group) of(name string) usage { return median(g.contender(name).runs) }

// both returns the medians of two contenders over the rounds in which both took part: the
// first ones, since a slow contender leaves out the last.
func (g *group) both(one, other string) (usage, usage) {
	a, b := g.contender(one).runs, g.contender(other).runs
	n := min(len(a), len(b))
	return median(a[:n]), median(b[:n])
}

// cpu returns the ratio of the CPU times of two contenders.
func (g *group) cpu(name, other string) float64 {
	a, b := g.both(name, other)
	return ratio(a.cpu, b.cpu)
}

// wall returns the ratio of the wall times of two contenders.
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

// interleave runs every contender of every group once per round. The speed of a shared
// machine varies, so only figures from the same rounds are comparable.
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
