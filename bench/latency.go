package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"firn/bench/internal/lab"
)

// The work that shows latency: long enough that the wait is most of it.
const (
	delay       = 100 * time.Millisecond // added to the answer to each part
	delayedSize = 512 << 20              // bytes, whatever the size of the file
	noDelay     = "16 at once, no delay"
)

// latency shows what parts in flight are for: with 100 ms added to the answer to
// each part, many at once hide the wait. No upload can be faster than its waits,
// one after another in each of so many lines, or than the same without a delay.
func (b *bench) latency(ctx context.Context, r *report) error {
	quick, err := b.sink(ctx)
	if err != nil {
		return err
	}
	slow, err := b.sink(ctx, "-delay", delay.String())
	if err != nil {
		return err
	}
	file := filepath.Join(b.work, "delayed")
	if err := lab.RandomFile(file, delayedSize, 2); err != nil {
		return err
	}
	with := func(name, endpoint string, atOnce int) *contender {
		return program(name, func(ctx context.Context) *exec.Cmd {
			return b.upload(ctx, b.home(), endpoint, file, "--concurrency", strconv.Itoa(atOnce))
		})
	}
	g := &group{
		title:      fmt.Sprintf("%d MiB in parts of 16 MiB, %d ms added to the answer to each", delayedSize>>20, delay.Milliseconds()),
		prepare:    func() error { return warm(file) },
		contenders: []*contender{with(noDelay, quick.Endpoint, 16)},
	}
	lines := []int{1, 2, 4, 8, 16}
	for _, n := range lines {
		g.contenders = append(g.contenders, with(atOnce(n), slow.Endpoint, n))
	}
	if err := interleave(ctx, b.rounds, g); err != nil {
		return err
	}

	rows := r.table("Latency: "+g.title, "parts", "wall s", "x faster than 1", "ideal s", "CPU s/GB")
	one, least := g.of(atOnce(1)).wall, g.of(noDelay).wall
	show := func(name string, ideal time.Duration) {
		u := g.of(name)
		rows.add(name, seconds(u.wall), fmt.Sprintf("%.2f", ratio(one, u.wall)), seconds(ideal), fmt.Sprintf("%.2f", perGB(u, delayedSize)))
	}
	show(noDelay, least)
	for _, n := range lines {
		turns := (delayedSize/partSize + n - 1) / n
		show(atOnce(n), max(least, time.Duration(turns)*delay))
	}
	r.atLeast(9, "100 ms for each part: 8 at once, times faster than one", ratio(one, g.of(atOnce(8)).wall), 5)
	r.atLeast(9, "100 ms for each part: 16 at once, times faster than one", ratio(one, g.of(atOnce(16)).wall), 6)
	return nil
}

func atOnce(n int) string { return fmt.Sprintf("%d at once", n) }
