package download

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"firn/depot"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
)

// Item is an archive, and the name of its file below a Directory.
type Item struct {
	Archive record.Archive
	Name    string
	Range   vault.Range // instead of that of the Options; zero: that
}

// size is how many bytes of the archive are wanted; 0 if that is not known.
func (i Item) size() int64 {
	if !i.Range.IsZero() {
		return i.Range.Size
	}
	return max(0, i.Archive.Size)
}

// All downloads many archives, each into a file of its own, as [Directory.File] does. It
// starts jobs ahead, in the order of the items, for as many bytes as the line can read before
// the outputs expire; see [jobs.Window]. Each archive is fetched when its job has ended.
//
// All yields each item once, when it has ended, with its result or its error. If o.NoWait is
// set, items whose jobs are in progress come with a jobs.NotReadyError, and those for which
// the line has no room yet with jobs.ErrNotStarted. An error that comes with the zero Item is
// about no single one, and ends the sequence: depot.ErrInterrupted if ctx has ended. Items
// whose jobs are still in progress then are not yielded, and the same call finds the jobs
// again. Each item needs a name of its own; an archive may be in several items.
func (dir *Directory) All(ctx context.Context, d depot.Depot, items []Item, o Options) iter.Seq2[Item, Outcome] {
	return func(yield func(Item, Outcome) bool) {
		if !o.Range.IsZero() {
			items = slices.Clone(items)
			for i := range items {
				if items[i].Range.IsZero() {
					items[i].Range = o.Range
				}
			}
		}
		d = d.WithDefaults()
		q := &queue{dir: dir, depot: d, options: o, later: slices.Clone(items), waiting: make(map[vault.JobID][]Item), yield: yield}
		q.run(ctx)
	}
}

// Outcome is how the download of an item has ended.
type Outcome struct {
	Result
	Err error
}

// shared is what the downloads of a queue have in common. The zero value is that of a
// download by itself.
type shared struct {
	listed   *jobs.List // what the vault has listed of its jobs
	reserved int64      // bytes that the others are going to write to the same file system
}

// queue is one call of All.
type queue struct {
	dir     *Directory
	depot   depot.Depot
	options Options
	yield   func(Item, Outcome) bool

	later   []Item                 // without a job
	waiting map[vault.JobID][]Item // with a job in progress
	jobs    []record.Job           // those jobs, each once
	ended   []endedJob             // of those that were waited for
	bytes   int64                  // of the archives that have jobs and are not here yet
	listed  jobs.List
	done    bool // nobody wants more, or there is no point in going on
	noticed bool // that the line bounds what is requested; see noticeWindow
}

// endedJob is a job that has ended, with its item.
type endedJob struct {
	item Item
	job  record.Job
	err  error // the job's own
}

func (q *queue) run(ctx context.Context) {
	for !q.done && (len(q.later) > 0 || q.hasBegun()) {
		if ctx.Err() != nil {
			q.fail(depot.ErrInterrupted)
			return
		}
		q.startAhead(ctx)
		switch {
		case q.done:
		case q.options.NoWait:
			q.leave()
		case q.hasBegun():
			q.await(ctx)
		}
	}
}

// hasBegun reports whether there are items with a job that are not here yet.
func (q *queue) hasBegun() bool { return len(q.waiting)+len(q.ended) > 0 }

// startAhead tries items in their order, at least one.
func (q *queue) startAhead(ctx context.Context) {
	for len(q.later) > 0 && !q.done && ctx.Err() == nil {
		next := q.later[0]
		rate, err := q.rate(ctx)
		if ctx.Err() != nil {
			err = depot.ErrInterrupted // and not how the record says that
		}
		if err != nil {
			q.fail(err)
			return
		}
		window := jobs.Window(rate, q.depot.Vault.Limits())
		hasOthers := q.hasBegun() || q.options.NoWait && q.bytes > 0
		if window > 0 && hasOthers && q.bytes+next.size() > window {
			q.noticeWindow(rate)
			return
		}
		q.later = q.later[1:]
		if !q.try(ctx, next) {
			q.later = append([]Item{next}, q.later...)
			return
		}
	}
}

// rate is that of the line in bytes per second; 0 if nothing is known of it. Each archive
// that comes may teach more.
func (q *queue) rate(ctx context.Context) (rate float64, err error) {
	if rate = q.options.EstimateRate; rate == 0 {
		rate, err = q.depot.Journal.DownloadRate(ctx, q.depot.Vault.URL())
	}
	return depot.BoundedRate(rate, float64(q.options.LimitRate)), err
}

// noticeWindow says, once, that an assumed rate bounds what is requested.
func (q *queue) noticeWindow(rate float64) {
	if rate > 0 || q.noticed || q.options.NoWait {
		return
	}
	q.noticed = true
	q.depot.Notice(fmt.Sprintf("no more is asked for until something has come than can be downloaded in time at %s/s, "+
		"the rate assumed of a line that was not measured", humane.Bytes(jobs.AssumedRate)))
}

// try downloads an item if its job has ended, else it keeps the job to wait for. It reports
// false if the account's own limit refuses the job, or the disk has no room beside the other
// items, and there are others: when one of them ends, this one is tried again.
func (q *queue) try(ctx context.Context, i Item) bool {
	got, err := q.one(ctx, i, true)
	notReady, isNotReady := errors.AsType[*jobs.NotReadyError](err)
	switch {
	case isNotReady:
		q.bytes += i.size()
		if q.options.NoWait {
			break
		}
		id := notReady.Job.ID
		if len(q.waiting[id]) == 0 {
			q.jobs = append(q.jobs, notReady.Job)
		}
		q.waiting[id] = append(q.waiting[id], i)
		return true
	case err == nil, q.options.NoWait:
	case q.hasBegun() && (errors.Is(err, vault.ErrLimited) || errors.Is(err, ErrNoSpace)):
		return false
	case errors.Is(err, vault.ErrLimited): // nothing else to do than to be patient
		got, err = q.one(ctx, i, false)
	}
	q.end(i, got, err)
	return true
}

func (q *queue) one(ctx context.Context, i Item, noWait bool) (Result, error) {
	o := q.options
	o.NoWait, o.Range = noWait, i.Range
	return q.dir.file(ctx, q.depot, i.Archive, i.Name, o, shared{listed: &q.listed, reserved: q.bytes})
}

// end yields how an item has ended.
func (q *queue) end(i Item, got Result, err error) {
	if !q.yield(i, Outcome{got, err}) {
		q.done = true
	}
}

// fail yields what is about no single item.
func (q *queue) fail(err error) {
	q.yield(Item{}, Outcome{Err: err})
	q.done = true
}

// await goes on with an item whose job has ended. If there is none, it waits for one.
func (q *queue) await(ctx context.Context) {
	if len(q.ended) == 0 {
		q.look(ctx, true)
	}
	if len(q.ended) == 0 && !q.done {
		q.look(ctx, false)
	}
	if len(q.ended) == 0 {
		return
	}
	next := q.ended[0]
	q.ended = q.ended[1:]
	q.bytes -= next.item.size()
	if next.job.Status == vault.Failed {
		q.end(next.item, Result{}, next.err)
	} else if !q.try(ctx, next.item) { // an output that is gone needs another job
		q.later = append(q.later, next.item)
	}
}

// look finds jobs that have ended: with noWait all that have, else it waits for the first.
func (q *queue) look(ctx context.Context, noWait bool) {
	for job, err := range jobs.WaitAll(ctx, q.depot, q.jobs, jobs.WaitOptions{NoWait: noWait}) {
		items := q.waiting[job.ID]
		switch {
		case len(items) == 0:
			q.fail(err)
			return
		case job.Status == vault.InProgress:
			continue
		}
		delete(q.waiting, job.ID)
		q.jobs = slices.DeleteFunc(q.jobs, func(j record.Job) bool { return j.ID == job.ID })
		for _, i := range items {
			q.ended = append(q.ended, endedJob{i, job, err})
		}
		if !noWait {
			return
		}
	}
}

// leave yields what was not begun, as there is no room for it now.
func (q *queue) leave() {
	for _, i := range q.later {
		if q.done {
			break
		}
		q.end(i, Result{}, fmt.Errorf("archive %s: %w", depot.QuoteID(i.Archive.ID), jobs.ErrNotStarted))
	}
	q.later = nil
}
