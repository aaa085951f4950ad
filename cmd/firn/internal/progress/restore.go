package progress

import (
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// Restore shows how far a restore has come: the files, the ranges that are downloaded, and the wait
// for their jobs. With --quiet it shows nothing. Whoever starts it stops it.
type Restore struct {
	transfer *Transfer // of all ranges
	shown    shown

	mu        sync.Mutex
	size      int64 // bytes of all ranges
	ranges    map[int]depot.Progress
	sum       depot.Progress // of all ranges
	begun     bool
	restoring depot.Restoring
}

// StartRestore begins to show a restore until Stop is called.
func StartRestore(p *cli.Program) *Restore {
	t := &Transfer{whole: Whole{Files: 1}, now: p.Now, units: p.UI.Units}
	t.only = t.File("", -1)
	r := &Restore{transfer: t, ranges: map[int]depot.Progress{}}
	r.shown = show(p, r.text, r.status)
	r.shown.stop = sync.OnceFunc(r.shown.stop)
	t.shown = r.shown
	return r
}

// Begin takes the number of bytes that are going to be downloaded. Until then the record is read.
func (r *Restore) Begin(size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.size, r.begun = size, true
}

// Stop removes the live lines. When it returns, nothing is shown any more. It may be called again.
func (r *Restore) Stop() { r.shown.stop() }

// Wait takes the jobs that are waited for.
func (r *Restore) Wait(w depot.Waiting) { r.transfer.Wait(w) }

// Update takes how far a range is downloaded.
func (r *Restore) Update(now depot.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.ranges[now.Item]
	r.ranges[now.Item] = now
	r.sum.Size = r.size
	r.sum.Done += now.Done - was.Done
	r.sum.Resumed += now.Resumed - was.Resumed
	r.sum.InFlight += max(0, now.InFlight) - max(0, was.InFlight)
	r.sum.Retries += now.Retries - was.Retries
	r.sum.Waiting, r.sum.Until = now.Waiting, now.Until
	r.transfer.Update(r.sum)
}

// Restoring takes how many files are found or written.
func (r *Restore) Restoring(now depot.Restoring) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.restoring = now
}

func (r *Restore) text(columns int) string {
	r.mu.Lock()
	now, begun := r.restoring, r.begun
	r.mu.Unlock()
	switch {
	case now.Found == 0:
		return ""
	case !begun:
		return term.Many(int(now.Found), "file") + " found on record"
	}
	files := humanize.Comma(now.Files) + " of " + term.Many(int(now.Found), "file")
	moved := r.transfer.text(columns)
	switch {
	case columns == 0 && moved == "": // a log says rarely that it waits
		return ""
	case columns == 0:
		return files + ", " + moved
	}
	if now.Files > 0 {
		files += "  /" + term.ShowASCII(now.Path)
	}
	return strings.TrimPrefix(moved+"\n  "+files, "\n")
}

func (r *Restore) status() (any, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := total{size: -1}.status()
	if !r.begun {
		o.State, o.EntriesDone = reading, r.restoring.Found
		return o, r.restoring.Found > 0
	}
	if moved, ok := r.transfer.status(); ok {
		o, _ = moved.(statusObject)
	}
	o.FilesDone, o.FilesTotal, o.Files = int(r.restoring.Files), int(r.restoring.Found), []string{}
	if r.restoring.Files > 0 {
		o.Files = []string{"/" + r.restoring.Path}
	}
	return o, true
}
