// Package progress shows how far transfers, inventories and waits for jobs have come: as live
// lines of a terminal, as a line of a log now and then, and with --json as a status object a
// second on standard output.
package progress

import (
	"slices"
	"sync"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/internal/humane"
)

// waitEvery is how often a log reports a wait for a job, which takes hours.
const waitEvery = 15 * time.Minute

// Whole is what a transfer consists of.
type Whole struct {
	Pieces string // what a file consists of: "part" or "segment"
	Files  int
	Size   int64 // bytes of all files, or -1 if it is not known; only used if there are several
}

// Transfer shows the progress of the files of one command, or of the wait for their jobs. With
// --quiet it shows nothing. Whoever starts it stops it.
type Transfer struct {
	whole Whole
	now   func() time.Time
	units humane.Units
	shown shown

	mu      sync.Mutex
	only    *File   // see Update
	files   []*File // under way, in the order of their beginning
	ended   ended
	speed   Speed
	waiting *depot.Waiting // nil unless a job is waited for
	told    time.Time      // when the wait was last shown
}

// ended counts the files that have ended.
type ended struct {
	files int
	done  int64 // bytes
	moved int64 // bytes that were transferred in this run
	lost  int64 // bytes that remain undone, because their file has failed
}

// Start begins to show a transfer until Stop is called.
func Start(p *cli.Program, whole Whole) *Transfer {
	t := &Transfer{whole: whole, now: p.Now, units: p.UI.Units}
	t.only = t.File("", -1)
	t.shown = show(p, t.text, t.status)
	return t
}

// StartOne begins to show the transfer of one file, or the wait for a job, until Stop is called.
func StartOne(p *cli.Program, pieces string) *Transfer {
	return Start(p, Whole{Pieces: pieces, Files: 1})
}

// Stop removes the live lines. When it returns, nothing is shown any more.
func (t *Transfer) Stop() { t.shown.stop() }

// Update takes a snapshot of the only file. It returns quickly, as the engine requires.
func (t *Transfer) Update(snapshot depot.Progress) { t.only.Update(snapshot) }

// Wait takes the job that is waited for. It shows the first one at once.
func (t *Transfer) Wait(w depot.Waiting) {
	t.mu.Lock()
	first := t.told.IsZero()
	t.waiting = &w
	t.mu.Unlock()
	if first {
		t.shown.now()
	}
}

// File is one of the files of a transfer. Several may be under way.
type File struct {
	transfer *Transfer
	name     string
	size     int64 // -1: not known
	latest   depot.Progress
	known    bool // there was an update
}

// File returns a file, whose size is -1 if it is not known. It is under way from its first
// update to its end.
func (t *Transfer) File(name string, size int64) *File {
	return &File{transfer: t, name: name, size: size}
}

// Update takes a snapshot of the file. It returns quickly, as the engine requires.
func (f *File) Update(snapshot depot.Progress) {
	t := f.transfer
	t.mu.Lock()
	defer t.mu.Unlock()
	if !f.known {
		t.files = append(t.files, f)
	}
	f.latest, f.known, t.waiting = snapshot, true, nil
}

// End takes the end of the file: it is complete, or err says why not.
func (f *File) End(err error) {
	t := f.transfer
	t.mu.Lock()
	defer t.mu.Unlock()
	t.files = slices.DeleteFunc(t.files, func(other *File) bool { return other == f })
	t.ended.files++
	t.ended.moved += f.moved()
	switch done := f.latest.Done; {
	case err == nil && f.size >= 0:
		t.ended.done += f.size
	case err != nil && f.size >= 0:
		t.ended.done += done
		t.ended.lost += f.size - done
	default:
		t.ended.done += done
	}
}

// bytes returns the bytes of the file that were acknowledged or are in flight.
func (f *File) bytes() int64 { return view{Progress: f.latest}.bytes() }

// moved returns the bytes that were transferred in this run.
func (f *File) moved() int64 { return f.latest.Done - f.latest.Resumed + max(0, f.latest.InFlight) }

// observe returns the state of the whole. The caller holds t.mu.
func (t *Transfer) observe(now time.Time) total {
	all := total{pieces: t.whole.Pieces, files: t.whole.Files, size: t.whole.Size, ended: t.ended.files, now: now, units: t.units}
	all.bytes = t.ended.done
	moved := t.ended.moved
	for _, f := range t.files {
		all.bytes += f.bytes()
		moved += f.moved()
		all.underWay = append(all.underWay, underWay{f.name, view{Progress: f.latest, pieces: t.whole.Pieces, now: now, units: t.units}})
	}
	if t.whole.Files == 1 {
		all.size = -1
		if len(t.files) == 1 {
			all.size = t.files[0].latest.Size
		}
	} else if all.size >= 0 {
		all.size = max(all.size-t.ended.lost, all.bytes)
	}
	if len(t.files) > 0 {
		t.speed.See(now, moved)
	}
	all.rate = t.speed.Rate()
	for i := range all.underWay {
		all.underWay[i].rate = all.rate
	}
	return all
}

// text returns what a terminal shows in so many columns, or the line of a log if columns is 0.
func (t *Transfer) text(columns int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.waiting != nil {
		if columns == 0 && !t.told.IsZero() && now.Sub(t.told) < waitEvery {
			return ""
		}
		t.told = now
	}
	all := t.observe(now)
	switch {
	case t.waiting != nil && columns > 0 && all.isMany():
		return all.line(columns) + "\n" + waitingText(*t.waiting, now, columns)
	case t.waiting != nil:
		return waitingText(*t.waiting, now, columns)
	case len(all.underWay) == 0 && (columns == 0 || all.ended == 0 || !all.isMany()):
		return ""
	case all.isMany() && columns > 0:
		return all.lines(columns)
	case all.isMany():
		return all.plain()
	case columns > 0:
		return all.underWay[0].live(columns)
	}
	return all.underWay[0].plain()
}

func (t *Transfer) status() (any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.observe(t.now())
	if t.waiting != nil {
		return all.status().waitingFor(*t.waiting), true
	}
	return all.status(), len(all.underWay) > 0
}
