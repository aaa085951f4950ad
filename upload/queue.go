package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync"

	"golang.org/x/time/rate"

	"firn/depot"
	"firn/internal/transfer"
	"firn/source"
)

// Item is a source, and the name and the description of its archive.
type Item struct {
	Path string // of the file
	// Open opens the source, which All closes. Default: source.Open of Path.
	Open func() (*source.Source, error)
	// Name and Description replace those of Options if they are not empty.
	Name, Description string
	// Ended is called as soon as the item has ended, which may be long before All yields it. Like
	// the functions of a depot, it may be nil, must return quickly, and is called by one goroutine
	// at a time, in turn with those.
	Ended func(Outcome)
}

// Outcome is the result of an item, or its error.
type Outcome struct {
	Stored
	Err error
}

// All stores many sources, each as one archive, as [From] does. Their uploads overlap: an item
// begins, in the order of the items, as soon as the parts that the items before it have left do
// not use the whole concurrency. So small files overlap, and large files follow one another.
// The number of parts in flight, the limit of the rate and the memory for parts are for all
// items together. Items with the same path, name or description wait for one another.
//
// All yields each item once, in the order of the items, with its result or its error. The
// failure of an item does not affect the others. When ctx ends, the items under way end as From
// does; the error of items that were not begun is depot.ErrInterrupted. If the caller leaves
// the loop, All begins no more items, and returns when those under way have ended in the same
// way.
//
// A sentence of d.Notice begins with the source that it is about, unless there is only one
// item. The Item of a depot.Progress is the index of the item that it is about.
func All(ctx context.Context, d depot.Depot, items []Item, o Options) iter.Seq2[Item, Outcome] {
	return func(yield func(Item, Outcome) bool) {
		d = d.WithDefaults()
		limiter, stopLimiter := transfer.StartLimiter(ctx, o.limits(), d.Now)
		defer stopLimiter()
		q := newQueue(d, items, o, limiter)
		ctx, stop := context.WithCancelCause(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer stop(nil)
		running.Go(func() { q.begin(ctx, &running) })
		for e := range q.entries {
			if !yield(items[e.index], <-e.outcome) {
				return
			}
		}
	}
}

// queue is one call of All.
type queue struct {
	depot   depot.Depot
	options Options
	items   []Item
	shared  shared
	room    *room
	entries chan *entry // in the order of the items; begun, or failed before that

	reporting sync.Mutex // held while a function of the depot is called

	mu   sync.Mutex
	last map[string]*entry // the last item under way with a path, name or description
}

// entry is an item that was begun.
type entry struct {
	index   int
	outcome chan Outcome  // of capacity 1
	ended   chan struct{} // closed when the item has ended
	keys    []string      // of queue.last
	before  []*entry      // items to wait for
	parts   int           // counted by queue.room
}

func newQueue(d depot.Depot, items []Item, o Options, limiter *rate.Limiter) *queue {
	q := &queue{
		depot: d, options: o, items: items, entries: make(chan *entry, len(items)), last: make(map[string]*entry),
		shared: shared{limiter: limiter},
	}
	concurrency := inFlight(d, o)
	q.room = &room{limit: cmp.Or(concurrency, depot.MaxConcurrency), left: make(chan struct{}, 1)}
	if len(items) > 1 {
		q.shared.pool, q.shared.begun = transfer.NewPool(concurrency), &begun{}
	}
	return q
}

// inFlight returns the number of parts in flight of all items together; 0: the engine chooses.
func inFlight(d depot.Depot, o Options) int {
	limits := o.limits()
	concurrency := depot.InFlight(o.Concurrency, limits.Most(), false)
	usual, err := transfer.NewPlan(d.Vault.Limits(), transfer.Unknown, transfer.Wish{
		PartSize: o.PartSize, ExpectedSize: 1, Rate: depot.BoundedRate(o.EstimateRate, float64(limits.At(d.Now()))), Concurrency: concurrency,
	})
	if err != nil { // the upload reports it
		return concurrency
	}
	return usual.InFlight(concurrency, float64(limits.Most()))
}

// begin begins the items in their order.
func (q *queue) begin(ctx context.Context, running *sync.WaitGroup) {
	defer close(q.entries)
	for i := range q.items {
		e := &entry{index: i, outcome: make(chan Outcome, 1), ended: make(chan struct{})}
		s, err := q.open(ctx, i)
		if err != nil {
			q.end(e, Outcome{Err: err})
			q.entries <- e
			continue
		}
		q.enter(e, s)
		q.entries <- e
		running.Go(func() {
			stored, err := q.upload(ctx, e, s)
			q.leave(e)
			q.end(e, Outcome{stored, err})
		})
	}
}

// end reports the outcome of an item, and keeps it until All yields it.
func (q *queue) end(e *entry, out Outcome) {
	if ended := q.items[e.index].Ended; ended != nil {
		q.reporting.Lock()
		ended(out)
		q.reporting.Unlock()
	}
	e.outcome <- out
}

// open waits until there is room for an item, and opens its source.
func (q *queue) open(ctx context.Context, i int) (*source.Source, error) {
	if !q.room.wait(ctx) {
		return nil, depot.ErrInterrupted
	}
	if open := q.items[i].Open; open != nil {
		return open()
	}
	return source.Open(q.items[i].Path)
}

// optionsOf returns the options of an item.
func (q *queue) optionsOf(i int) Options {
	o := q.options
	o.Name = cmp.Or(q.items[i].Name, o.Name)
	o.Description = cmp.Or(q.items[i].Description, o.Description)
	return o
}

// enter counts an item as begun.
func (q *queue) enter(e *entry, s *source.Source) {
	o, limits := q.optionsOf(e.index), q.depot.Vault.Limits()
	e.parts = 1
	if plan, err := NewPlan(limits, s.Size(), o); err == nil {
		e.parts = q.room.bound(plan.Parts)
	}
	if s.Stream != nil { // its parts wait on disk
		e.parts = q.room.limit
	}
	q.room.change(e.parts)

	e.keys = []string{"path " + s.Identity.Path}
	if description, err := describe(s, o.Description, limits); err == nil {
		e.keys = append(e.keys, "description "+description)
	}
	if name := cmp.Or(o.Name, s.Name); limits.Names && name != "" {
		e.keys = append(e.keys, "name "+name)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, key := range e.keys {
		if other := q.last[key]; other != nil {
			e.before = append(e.before, other)
		}
		q.last[key] = e
	}
}

// leave counts an item as ended.
func (q *queue) leave(e *entry) {
	q.mu.Lock()
	for _, key := range e.keys {
		if q.last[key] == e {
			delete(q.last, key)
		}
	}
	q.room.change(-e.parts)
	q.mu.Unlock()
	close(e.ended)
}

// upload stores an item after those with the same path, name or description.
func (q *queue) upload(ctx context.Context, e *entry, s *source.Source) (stored Stored, err error) {
	for _, other := range e.before {
		<-other.ended // soon, if ctx has ended
	}
	if len(e.before) > 0 && q.items[e.index].Open == nil { // the file may have changed meanwhile
		if s, err = reopen(s); err != nil {
			return Stored{}, err
		}
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if ctx.Err() != nil {
		return Stored{}, depot.ErrInterrupted
	}
	shared := q.shared
	if s.Stream != nil {
		shared.pool = nil // a fixed number of its parts may wait on disk
	}
	return from(ctx, q.depotOf(e, s), s, q.optionsOf(e.index), shared)
}

// reopen opens the file of a source anew.
func reopen(s *source.Source) (*source.Source, error) {
	if err := s.Close(); err != nil {
		return nil, err
	}
	return source.Open(s.Identity.Path)
}

// depotOf returns the depot for an item, which reports for one item at a time.
func (q *queue) depotOf(e *entry, s *source.Source) depot.Depot {
	d := q.depot
	d.Notice = func(sentence string) {
		if len(q.items) > 1 {
			sentence = fmt.Sprintf("%s: %s", nameOf(s), sentence)
		}
		q.reporting.Lock()
		defer q.reporting.Unlock()
		q.depot.Notice(sentence)
	}
	d.Progress = func(p depot.Progress) {
		p.Item = e.index
		q.count(e, p)
		if q.depot.Progress == nil {
			return
		}
		q.reporting.Lock()
		defer q.reporting.Unlock()
		q.depot.Progress(p)
	}
	return d
}

// count makes room for other items when the parts that an item has left become fewer.
func (q *queue) count(e *entry, p depot.Progress) {
	if p.Size == transfer.Unknown {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	parts := q.room.bound(p.Parts - p.PartsDone)
	q.room.change(parts - e.parts)
	e.parts = parts
}

// nameOf returns the name of a source in a notice.
func nameOf(s *source.Source) string {
	if s.Stream != nil {
		return "the stream"
	}
	return strconv.Quote(s.Name)
}

// room counts the parts that the items under way have left.
type room struct {
	limit int           // an item may begin while there are fewer
	left  chan struct{} // of capacity 1; receives when there are fewer parts

	mu    sync.Mutex
	parts int
}

// bound returns how many of so many parts are counted. An item without parts has requests.
func (r *room) bound(parts int) int { return max(1, min(parts, r.limit)) }

// change adds parts, or subtracts them if delta is negative.
func (r *room) change(delta int) {
	r.mu.Lock()
	r.parts += delta
	r.mu.Unlock()
	select {
	case r.left <- struct{}{}:
	default:
	}
}

// wait waits until another item may begin. It reports false if ctx has ended.
func (r *room) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		r.mu.Lock()
		isFree := r.parts < r.limit
		r.mu.Unlock()
		if isFree {
			return true
		}
		select {
		case <-r.left:
		case <-ctx.Done():
		}
	}
	return false
}
