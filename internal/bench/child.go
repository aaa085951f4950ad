package main

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"time"

	"firn/internal/bench/internal/lab"
)

// usage is the costs of one run of a child process.
type usage struct {
	cpu  time.Duration // user and system
	wall time.Duration
	peak int64 // largest resident memory in bytes; 0 if the system does not report it
}

// measure runs cmd and waits for it.
func measure(_ context.Context, cmd *exec.Cmd) (usage, error) {
	start := time.Now()
	if err := lab.Run(cmd); err != nil {
		return usage{}, err
	}
	return spent(cmd.ProcessState, time.Since(start)), nil
}

// spent returns the costs of an ended child process, including its own children.
func spent(child *os.ProcessState, wall time.Duration) usage {
	return usage{cpu: child.UserTime() + child.SystemTime(), wall: wall, peak: lab.PeakMemory(child)}
}

// median returns the median of each figure separately.
func median(runs []usage) usage {
	return usage{
		cpu:  middle(runs, func(u usage) time.Duration { return u.cpu }),
		wall: middle(runs, func(u usage) time.Duration { return u.wall }),
		peak: middle(runs, func(u usage) int64 { return u.peak }),
	}
}

// middle returns the median of a figure; for an even number of runs the mean of the two
// middle ones.
func middle[T time.Duration | int64](runs []usage, figure func(usage) T) T {
	figures := make([]T, 0, len(runs))
	for _, run := range runs {
		figures = append(figures, figure(run))
	}
	slices.Sort(figures)
	return (figures[(len(figures)-1)/2] + figures[len(figures)/2]) / 2
}
