package progress

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/record"
	"firn/vault"
)

const gib = 1 << 30

func TestLiveLineFitsEveryWidth(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, v := range map[string]view{
		"nothing yet": {Progress: depot.Progress{Size: gib, Parts: 64}},
		"half way":    {Progress: depot.Progress{Size: 16 * gib, Parts: 1024, PartsDone: 512, Done: 8 * gib, InFlight: 100 << 20}, rate: 110 << 20},
		"in trouble": {Progress: depot.Progress{
			Size: 16 * gib, Parts: 1024, Done: gib, Retries: 17, Waiting: errors.New("\x1b[2Jservice unavailable\nagain " + strings.Repeat("x", 200)),
			Until: now.Add(12 * time.Second),
		}, now: now},
		"a stream": {Progress: depot.Progress{Size: -1, PartsDone: 3, Done: 3 << 20}, rate: 1 << 20},
		"empty":    {},
	} {
		for width := range 200 {
			line := v.live(width)
			if len(line) > width {
				t.Errorf("%s: %d columns do not hold %q", name, width, line)
			}
			if term.ShowASCII(line) != line {
				t.Errorf("%s: %q is not plain", name, line)
			}
		}
	}
}

func TestLiveLine(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	running := view{pieces: "part", rate: 110 << 20, Progress: depot.Progress{
		Size: 16 * gib, Parts: 1024, PartsDone: 512, Done: 8 * gib, InFlight: 100 << 20, Retries: 1,
	}}
	waiting := view{pieces: "part", now: now, Progress: depot.Progress{
		Size: 16 * gib, Parts: 1024, PartsDone: 512, Done: 8 * gib,
		Waiting: errors.New("service unavailable"), Until: now.Add(12 * time.Second),
	}}
	for _, c := range []struct {
		view  view
		width int
		want  string
	}{
		{running, 120, "8.10 GiB of 16 GiB  [========        ]   50%   110 MiB/s   1 min 14 s left   512/1024 parts  1 retry   100 MiB in flight"},
		{running, 79, "8.10 GiB of 16 GiB   50%   110 MiB/s   1 min 14 s left   512/1024 parts"},
		{running, 57, "8.10 GiB of 16 GiB   50%   110 MiB/s   1 min 14 s left"},
		{running, 42, "8.10 GiB of 16 GiB   50%   1 min 14 s left"},
		{running, 10, "8.10 Gi..."},
		{waiting, 56, "50%  8 GiB of 16 GiB  512/1024 parts  waiting 12 s: ...e"},
		{waiting, 79, "50%  8 GiB of 16 GiB  512/1024 parts  waiting 12 s: service unavailable"},
	} {
		if got := c.view.live(c.width); got != c.want {
			t.Errorf("in %d columns:\n got %q\nwant %q", c.width, got, c.want)
		}
	}
}

func TestPlainLine(t *testing.T) {
	v := view{pieces: "segment", rate: 1 << 20, Progress: depot.Progress{Size: 4 << 20, Parts: 4, PartsDone: 1, Done: 1 << 20, Retries: 2}}
	want := "25%, 1 MiB of 4 MiB, 1 MiB/s, 3.0 s left, 1/4 segments, 2 retries"
	if got := v.plain(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTransferWithoutTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		p := StartOne(&cli.Program{UI: term.NewUI(&b, func() int { return 0 }), Now: time.Now}, "part")
		waitFor(t, 12*time.Second) // nothing is known, so nothing is said
		p.Update(depot.Progress{Size: 4 << 20, Parts: 4, PartsDone: 1, Done: 1 << 20})
		waitFor(t, 10*time.Second)
		p.Update(depot.Progress{Size: 4 << 20, Parts: 4, PartsDone: 3, Done: 3 << 20})
		waitFor(t, 10*time.Second)
		p.Stop()
		want := "firn: 25%, 1 MiB of 4 MiB, 1/4 parts\nfirn: 75%, 3 MiB of 4 MiB, 204.8 KiB/s, 5.0 s left, 3/4 parts\n"
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// A log reports a wait of hours now and then; a terminal redraws it.
func TestTransferOfWaiting(t *testing.T) {
	for width, want := range map[int]int{0: 17, 80: 4*3600*4 + 1, 60: 4*3600*4 + 1} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			p := StartOne(&cli.Program{UI: term.NewUI(&b, func() int { return width }), Now: time.Now}, "segment")
			begun := time.Now()
			p.Wait(depot.Waiting{Usually: 4 * time.Hour, Jobs: []record.Job{
				{ID: "second", Started: begun.Add(time.Minute), Tier: vault.Standard},
				{ID: "first\x1b", Started: begun, Tier: vault.Standard},
			}})
			waitFor(t, 4*time.Hour)
			p.Update(depot.Progress{Size: 4 << 20, Parts: 4})
			p.Stop()
			drawn := strings.NewReplacer("\r", "\n", "\x1b[K", "", "\x1b[J", "").Replace(b.String())
			lines := strings.Split(strings.Trim(drawn, "\n "), "\n")
			said := 0
			for _, line := range lines {
				if strings.HasSuffix(line, " of usually 4 h") || strings.Contains(line, "waiting for 2 jobs, the first (Standard): started ") {
					said++
				}
				if width > 0 && len(line) > width-3 {
					t.Errorf("%q is too long", line)
				}
			}
			if said != want {
				t.Errorf("told %d times, want %d: %q", said, want, lines[:min(5, len(lines))])
			}
		})
	}
}

// waitFor lets the time of a bubble pass.
func waitFor(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal(context.Cause(t.Context()))
	}
	synctest.Wait()
}

func TestSpeed(t *testing.T) {
	var s Speed
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	s.See(now, 0)
	if s.Rate() != 0 {
		t.Errorf("a rate out of nothing: %v", s.Rate())
	}
	var moved int64
	step := func(bytes int64) {
		now = now.Add(time.Second)
		moved += bytes
		s.See(now, moved)
	}
	step(1000)
	if math.Abs(s.Rate()-1000) > 1 {
		t.Errorf("after one second the rate is %v", s.Rate())
	}
	for range 120 {
		step(5000)
	}
	if math.Abs(s.Rate()-5000) > 10 {
		t.Errorf("two minutes later the rate is %v", s.Rate())
	}
	step(-100_000) // a part failed and is sent again
	if s.Rate() < 0 || s.Rate() > 5000 {
		t.Errorf("after a failure the rate is %v", s.Rate())
	}
}
