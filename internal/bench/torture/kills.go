package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"firn/internal/bench/internal/lab"
)

// longestWait is the longest time between the chosen acknowledgement and the kill, which is
// random so that it hits any stage of the parts in flight.
const longestWait = 50 * time.Millisecond

// attempt is one run of the upload.
type attempt struct {
	started time.Time
	// logged is the size of the access log in bytes just before the kill: the lines below
	// it were acknowledged to a client that was still alive.
	logged int64
}

// upload runs the same command until it succeeds, and kills all runs but the last.
func (t *torture) upload(ctx context.Context, file, url, log string) ([]attempt, error) {
	var attempts []attempt
	for _, parts := range t.moments(t.parts()) {
		a, err := t.uploadAndKill(ctx, file, url, log, parts)
		if err != nil {
			return nil, err
		}
		attempts = append(attempts, a)
	}
	last := attempt{started: time.Now(), logged: math.MaxInt64}
	return append(attempts, last), lab.Run(t.command(ctx, file, url))
}

func (t *torture) command(ctx context.Context, file, url string) *exec.Cmd {
	return t.firn.Command(ctx, "upload", url, file, "--description", "torture",
		"--part-size", strconv.FormatInt(t.part>>20, 10)+"MiB", "--concurrency", "4")
}

// moments returns, in ascending order, the number of finished pieces at which each kill
// happens. It spares the last pieces, so that there is always something to kill.
func (t *torture) moments(pieces int) []int {
	spared := min(pieces/4, 16)
	moments := t.random.Perm(pieces - spared)[:t.kills]
	slices.Sort(moments)
	return moments
}

// uploadAndKill starts the upload and kills it shortly after the server has accepted a
// total of parts parts.
func (t *torture) uploadAndKill(ctx context.Context, file, url, log string, parts int) (attempt, error) {
	a := attempt{started: time.Now()}
	err := t.kill(ctx, t.command(ctx, file, url), parts, func() (int, error) {
		list, err := readAccepted(log)
		return len(list), err
	}, func() error {
		info, err := os.Stat(log)
		if err == nil {
			a.logged = info.Size()
		}
		return err
	})
	return a, err
}

// kill starts a command and kills it shortly after count has returned n. It calls before
// just before the kill.
func (t *torture) kill(ctx context.Context, cmd *exec.Cmd, n int, count func() (int, error), before func() error) error {
	said := &strings.Builder{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it ends by our signal, or follow reports that it did not
		close(ended)
	}()

	err := follow(ctx, count, n, ended)
	if err == nil {
		err = pause(ctx, time.Duration(t.random.Int64N(int64(longestWait))))
	}
	err = errors.Join(err, before(), cmd.Process.Kill())
	<-ended
	if err != nil {
		return fmt.Errorf("killing %q at %d: %w: it said %s", cmd.Args[1], n, err, said)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
