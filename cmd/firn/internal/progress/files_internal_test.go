package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/screen"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/record"
)

// The numbers of a transfer have the same place whatever they are.
func TestNumbersStayInTheirPlace(t *testing.T) {
	for _, columns := range []int{57, 77, 117} {
		var widths []int
		for done := int64(1 << 10); done <= 16*gib; done = done*3/2 + 1 {
			v := view{pieces: "part", rate: float64(done / 7), Progress: depot.Progress{
				Size: 16 * gib, Parts: 1024, PartsDone: int(1024 * done / (16 * gib)), Done: done,
			}}
			if line := v.live(columns); v.rate > 0 {
				widths = append(widths, strings.Index(line, "%"), strings.Index(line, "/s"), strings.Index(line, " left"))
			}
		}
		for i := range widths {
			if widths[i] != widths[i%3] && widths[i] >= 0 && i > 9 { // a time of days is wider
				t.Errorf("in %d columns a field moves from column %d to %d", columns, widths[i%3], widths[i])
			}
		}
	}
}

// Several files have one total, and their names below it.
func TestFilesOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := screen.New(60, 24)
		ui := term.NewUI(s, func() int { return 60 })
		p := Start(&cli.Program{UI: ui, Now: time.Now}, Whole{Pieces: "part", Files: 12, Size: 12 << 30})
		first, second := p.File("june.tar", 1<<30), p.File("a name that is \x1b long and in the way of all of the numbers.tar", 1<<30)
		last := p.File("last.tar", 1<<30)
		first.Update(depot.Progress{Size: 1 << 30, Parts: 64})
		waitFor(t, 300*time.Millisecond)
		first.Update(depot.Progress{Size: 1 << 30, Parts: 64, Done: 100 << 20})
		second.Update(depot.Progress{Size: 1 << 30, Parts: 64, Done: 20 << 20})
		waitFor(t, time.Second)
		ui.Say("a note")
		want := "a note\n" +
			" 0/12 files   120 MiB of 12 GiB    0%   1 min 44 s left\n" +
			"  june.tar                          9%   100 MiB of 1 GiB\n" +
			"  a name that is \\x1b long an...    1%  20.0 MiB of 1 GiB_\n"
		if got := s.String(); got != want {
			t.Errorf("on the screen:\n%s\nnot:\n%s", got, want)
		}
		first.End(nil)
		second.End(errors.New("it is gone"))
		waitFor(t, time.Second)
		if got := s.String(); !strings.Contains(got, "\n 2/12 files  1.02 GiB of 11.02 GiB") || strings.Contains(got, "june.tar") {
			t.Errorf("on the screen:\n%s", got)
		}
		last.Update(depot.Progress{Size: 1 << 30, Parts: 64})
		waitFor(t, time.Second)
		p.Stop()
		if got := s.String(); got != "a note\n" {
			t.Errorf("on the screen at the end:\n%s", got)
		}
	})
}

func TestFilesInALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		p := Start(&cli.Program{UI: term.NewUI(&b, func() int { return 0 }), Now: time.Now}, Whole{Pieces: "part", Files: 2, Size: 2 << 20})
		for _, name := range []string{"june.tar", "july.tar"} {
			f := p.File(name, 1<<20)
			f.Update(depot.Progress{Size: 1 << 20, Parts: 1})
			waitFor(t, 10*time.Second)
			f.End(nil)
		}
		p.Stop()
		want := "firn: 0 of 2 files, 0%, 0 B of 2 MiB: june.tar\nfirn: 1 of 2 files, 50%, 1 MiB of 2 MiB: july.tar\n"
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// statuses returns the objects that do prints with --json.
func statuses(t *testing.T, do func(t *testing.T, p *cli.Program)) (objects []statusObject) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		ui := term.NewUI(&bytes.Buffer{}, func() int { return 0 })
		do(t, &cli.Program{UI: ui, Out: term.NewPrinter(out, ui), Now: time.Now, JSON: true})
		text, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var o statusObject
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			objects = append(objects, o)
		}
	})
	return objects
}

func TestStatusOfATransfer(t *testing.T) {
	got := statuses(t, func(t *testing.T, p *cli.Program) {
		shown := Start(p, Whole{Pieces: "part", Files: 2, Size: 200 << 20})
		waitFor(t, 5*time.Second) // nothing is known
		f := shown.File("june.tar", 100<<20)
		for mib := range int64(100) { // much more often than a script wants to know
			f.Update(depot.Progress{Size: 100 << 20, Parts: 100, Done: mib << 20})
			waitFor(t, 100*time.Millisecond)
		}
		f.Update(depot.Progress{Size: 100 << 20, Waiting: errors.New("service unavailable"), Until: time.Now().Add(5 * time.Second)})
		waitFor(t, time.Second)
		shown.Stop()
		waitFor(t, 10*time.Second)
	})
	if len(got) != 11 {
		t.Fatalf("%d objects in 11 s", len(got))
	}
	o := got[5]
	if o.MessageType != "status" || o.State != transferring || o.BytesDone == 0 || *o.BytesTotal != 200<<20 || o.FilesTotal != 2 ||
		o.BytesPerSecond < 9<<20 || *o.SecondsLeft < 10 || len(o.Files) != 1 || o.Files[0] != "june.tar" || o.Until != nil {
		t.Errorf("got %+v", o)
	}
	if o := got[10]; o.State != retrying || o.Reason != "service unavailable" || o.Until == nil {
		t.Errorf("got %+v", o)
	}
}

func TestStatusOfAWait(t *testing.T) {
	var begun time.Time
	got := statuses(t, func(t *testing.T, p *cli.Program) {
		begun = time.Now()
		shown := StartInventory(p)
		shown.Waiting(depot.Waiting{Jobs: []record.Job{{ID: "a", Started: begun}}, Usually: 4 * time.Hour})
		waitFor(t, 2*time.Second)
		shown.Reading(depot.Reading{Entries: 7})
		waitFor(t, time.Second)
		shown.Stop()
	})
	if len(got) != 3 || got[0].State != waitingState || !got[0].Until.Equal(begun.Add(4*time.Hour)) ||
		got[2].State != reading || got[2].EntriesDone != 7 || got[2].BytesTotal != nil || got[2].Until != nil {
		t.Errorf("got %+v", got)
	}
}

func TestQuietShowsNothing(t *testing.T) {
	got := statuses(t, func(t *testing.T, p *cli.Program) {
		p.Quiet = true
		shown := StartOne(p, "part")
		shown.Update(depot.Progress{Size: 1})
		waitFor(t, time.Minute)
		shown.Stop()
	})
	if len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}
