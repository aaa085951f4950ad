package download

import (
	"cmp"
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

// Item is an archive, and the name of its file in a Directory.
type Item struct {
	Archive record.Archive
	Name    string
	Range   vault.Range // replaces Options.Range if not zero

	index int // of the item in the items of All
}

// All downloads many archives, each into its own file, as [Directory.File] does. It starts jobs
// ahead, in the order of the items, for as many bytes as the connection can read before the
// outputs expire; see [jobs.Window]. It fetches each archive when its job has ended.
//
// All yields each item once, with its result or its error, when its download has ended. If
// o.NoWait is set, the error of an item whose job is in progress is a jobs.NotReadyError, and
// the error of an item for which there is no room yet wraps jobs.ErrNotStarted. An error with
// the zero Item concerns no single item, and ends the sequence; it is depot.ErrInterrupted if
// ctx has ended. Items whose jobs are in progress then are not yielded, and the same call finds
// their jobs again.
//
// Each item needs its own name. Several items may have the same archive. The Item of a
// depot.Progress is the index of the item that it is about.
func (dir *Directory) All(ctx context.Context, d depot.Depot, items []Item, o Options) iter.Seq2[Item, Outcome] {
	return func(yield func(Item, Outcome) bool) {
		q := &queue{dir: dir, depot: d.WithDefaults(), options: o, later: slices.Clone(items), waiting: make(map[vault.JobID][]Item), yield: yield}
		for i := range q.later {
			q.later[i].index = i
		}
		q.run(ctx)
	}
}

// Outcome is the result of an item, or its error.
type Outcome struct {
	Result
	Err error
}

// shared is the common state of the downloads of a queue. A single download uses the zero
// value.
type shared struct {
	listed   *jobs.List // the vault's list of jobs
	reserved int64      // bytes that the other downloads will write to the same file system
}

// queue is one call of All.
type queue struct {
	dir     *Directory
	depot   depot.Depot
	options Options
	yield   func(Item, Outcome) bool

	later   []Item                 // items without a job
	waiting map[vault.JobID][]Item // items with a job in progress
	jobs    []record.Job           // jobs of the waiting items, each once
	ended   []endedJob             // jobs that have ended, whose archives were not fetched yet
	bytes   int64                  // bytes of the waiting and ended items
	listed  jobs.List
	done    bool // the caller wants no more items, or an error ended the sequence
	noticed bool // noticeWindow has given its notice
}

type endedJob struct {
	item Item
	job  record.Job
	err  error // error of the job
}

func (q *queue) run(ctx context.Context) {
	for !q.done && (len(q.later) > 0 || q.hasBegun()) {
		if ctx.Err() != nil {
			q.fail(ctx, depot.ErrInterrupted)
			return
		}
		q.startAhead(ctx)
		switch {
		case q.done:
		case q.options.NoWait:
			q.yieldRest()
		case q.hasBegun():
			q.fetchNext(ctx)
		}
	}
}

// hasBegun reports whether there are items with a job that were not fetched yet.
func (q *queue) hasBegun() bool { return len(q.waiting)+len(q.ended) > 0 }

// startAhead begins items in their order, at least one.
func (q *queue) startAhead(ctx context.Context) {
	for len(q.later) > 0 && !q.done && ctx.Err() == nil {
		next := q.later[0]
		rate, err := ExpectedRate(ctx, q.depot, q.options) // each download may change it
		if err != nil {
			q.fail(ctx, err)
			return
		}
		window := jobs.Window(rate, q.depot.Vault.Limits())
		hasOthers := q.hasBegun() || q.options.NoWait && q.bytes > 0
		if window > 0 && hasOthers && q.bytes+q.size(next) > window {
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

// wanted returns the range of an item; zero is the whole archive.
func (q *queue) wanted(i Item) vault.Range { return cmp.Or(i.Range, q.options.Range) }

// size returns the number of wanted bytes of an item; 0 if it is not known.
func (q *queue) size(i Item) int64 { return cmp.Or(q.wanted(i).Size, max(0, i.Archive.Size)) }

// noticeWindow says, once, that an assumed rate limits the requested bytes.
func (q *queue) noticeWindow(rate float64) {
	if rate > 0 || q.noticed || q.options.NoWait {
		return
	}
	q.noticed = true
	q.depot.Notice(fmt.Sprintf("until the first archive has been downloaded, firn retrieves no more than it can download in time at %s/s, "+
		"the rate that it assumes for an unmeasured connection", humane.Bytes(jobs.AssumedRate)))
}

// try downloads an item if its job has ended. Otherwise it adds the item to the waiting ones.
// It reports false if there are other items, and the account's own limit refuses the job or the
// disk has no room beside them. The item is tried again when one of the others has ended.
func (q *queue) try(ctx context.Context, i Item) bool {
	got, err := q.one(ctx, i, true)
	notReady, isNotReady := errors.AsType[*jobs.NotReadyError](err)
	switch {
	case isNotReady:
		q.bytes += q.size(i)
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
	case errors.Is(err, vault.ErrLimited): // there is no other item to wait for
		got, err = q.one(ctx, i, false)
	}
	q.end(i, got, err)
	return true
}

func (q *queue) one(ctx context.Context, i Item, noWait bool) (Result, error) {
	o := q.options
	o.NoWait, o.Range = noWait, q.wanted(i)
	d := q.depot
	if d.Progress != nil {
		d.Progress = func(p depot.Progress) {
			p.Item = i.index
			q.depot.Progress(p)
		}
	}
	return q.dir.file(ctx, d, i.Archive, i.Name, o, shared{listed: &q.listed, reserved: q.bytes})
}

// end yields the outcome of an item.
func (q *queue) end(i Item, got Result, err error) {
	if !q.yield(i, Outcome{got, err}) {
		q.done = true
	}
}

// fail yields an error that concerns no single item. After the end of ctx it is always
// ErrInterrupted.
func (q *queue) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		err = depot.ErrInterrupted
	}
	q.yield(Item{}, Outcome{Err: err})
	q.done = true
}

// fetchNext downloads an item whose job has ended. If there is none, it waits for one.
func (q *queue) fetchNext(ctx context.Context) {
	if len(q.ended) == 0 {
		q.collect(ctx, true)
	}
	if len(q.ended) == 0 && !q.done {
		q.collect(ctx, false)
	}
	if len(q.ended) == 0 {
		return
	}
	next := q.ended[0]
	q.ended = q.ended[1:]
	q.bytes -= q.size(next.item)
	if next.job.Status == vault.Failed {
		q.end(next.item, Result{}, next.err)
	} else if !q.try(ctx, next.item) { // an output that is gone needs another job
		q.later = append(q.later, next.item)
	}
}

// collect moves jobs that have ended to q.ended: with noWait, all that have ended by now;
// otherwise it waits for the first.
func (q *queue) collect(ctx context.Context, noWait bool) {
	for job, err := range jobs.WaitAll(ctx, q.depot, q.jobs, jobs.WaitOptions{NoWait: noWait}) {
		items := q.waiting[job.ID]
		switch {
		case len(items) == 0:
			q.fail(ctx, err)
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

// yieldRest yields the items that were not begun.
func (q *queue) yieldRest() {
	for _, i := range q.later {
		if q.done {
			break
		}
		q.end(i, Result{}, fmt.Errorf("archive %s: %w", depot.QuoteID(i.Archive.ID), jobs.ErrNotStarted))
	}
	q.later = nil
}
