package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"firn/internal/bench/internal/lab"
)

// delayedSize is the number of bytes that are sent over each connection, whatever the size
// of the file: enough for the effect of the latency.
const delayedSize = 512 << 20

// slowRate is the rate of the slow connection in bytes per second.
const slowRate = 50_000_000

// connection describes a connection to a vault by its latency and its rate.
type connection struct {
	name  string
	delay time.Duration // added to the answer to each part
	rate  int           // bytes per second of all parts together; 0: no limit
}

func connections() []connection {
	return []connection{
		{name: "1 ms", delay: time.Millisecond},
		{name: "20 ms", delay: 20 * time.Millisecond},
		{name: "100 ms", delay: 100 * time.Millisecond},
		{name: "300 ms", delay: 300 * time.Millisecond},
		{name: fmt.Sprintf("20 ms, %d MB/s", slowRate/1_000_000), delay: 20 * time.Millisecond, rate: slowRate},
	}
}

// inFlight returns the numbers of parts in flight to compare; 0: firn chooses the number.
func inFlight() []int { return []int{1, 4, 8, 16, 32, 0} }

// latency shows the effect of the number of parts in flight, and of choosing it
// automatically: uploads over several connections, with fixed numbers and without one.
func (b *bench) latency(ctx context.Context, r *report) error {
	file := filepath.Join(b.work, "delayed")
	if err := lab.RandomFile(file, delayedSize, 2); err != nil {
		return err
	}
	var groups []*group
	for _, l := range connections() {
		g, err := b.over(ctx, l, file)
		if err != nil {
			return err
		}
		groups = append(groups, g)
	}
	if err := interleave(ctx, b.rounds, groups...); err != nil {
		return err
	}
	columns := []string{"added to each answer"}
	for _, n := range inFlight() {
		columns = append(columns, atOnce(n))
	}
	rows := r.table(fmt.Sprintf("Latency: seconds for %d MiB in parts of 16 MiB, by parts at once", delayedSize>>20), columns...)
	for _, g := range groups {
		cells := []string{g.title}
		for _, n := range inFlight() {
			cells = append(cells, seconds(g.of(atOnce(n)).wall))
		}
		rows.add(cells...)
	}
	far := groups[2]
	one := far.of(atOnce(1)).wall
	r.atLeast(9, "100 ms for each part: 8 at once, times faster than one", ratio(one, far.of(atOnce(8)).wall), 5)
	r.atLeast(9, "100 ms for each part: 16 at once, times faster than one", ratio(one, far.of(atOnce(16)).wall), 6)
	return nil
}

// over compares the numbers on one connection. Most of the time is constant latency, so
// fewer rounds are enough on slow ones.
func (b *bench) over(ctx context.Context, l connection, file string) (*group, error) {
	sink, err := b.sink(ctx, "-delay", l.delay.String(), "-rate", strconv.Itoa(l.rate))
	if err != nil {
		return nil, err
	}
	g := &group{title: l.name, prepare: func() error { return warm(file) }}
	for _, n := range inFlight() {
		c := program(atOnce(n), func(ctx context.Context) *exec.Cmd {
			return b.upload(ctx, b.home(), sink.Endpoint, file, "--concurrency", strconv.Itoa(n))
		})
		if l.rate > 0 || l.delay > 100*time.Millisecond {
			c = c.in((b.rounds + 1) / 2)
		}
		g.contenders = append(g.contenders, c)
	}
	return g, nil
}

func atOnce(n int) string {
	if n == 0 {
		return "as many as pay"
	}
	return strconv.Itoa(n)
}
