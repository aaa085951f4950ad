package walk

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

const (
	// maxAhead is how many directories and batches are read before their turn.
	maxAhead = 64
	// siblings is how many of them are taken from one directory.
	siblings = 4
	// keepOpen is how many directories on the way to the current one stay open. One further
	// up is opened again when its turn comes.
	keepOpen = 64
)

// A walk is one pass over a tree. Its fields are used by the goroutine of the caller; the
// others only read directories and batches.
type walk struct {
	ctx     context.Context
	cancel  context.CancelFunc
	root    *Root
	device  uint64 // of the root
	without []id   // of Options.Without
	o       Options
	yield   func(Item) bool
	stopped bool // yield wants no more, or ctx has ended

	workers chan struct{} // limits what is read at the same time
	ahead   chan struct{} // limits what waits for its turn
	all     sync.WaitGroup
	buffers sync.Pool // *[]byte, to read directories

	way     []*dir // from the root to the current directory
	closed  int    // how many of them, from the root, are not kept open
	pending []Item // directories that are items once a file in them is
}

func newWalk(ctx context.Context, r *Root, o Options, yield func(Item) bool) (*walk, error) {
	if _, _, err := o.lists(); err != nil {
		return nil, err
	}
	return &walk{
		ctx: ctx, root: r, o: o, yield: yield, without: idsOf(o.Without),
		workers: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0))),
		ahead:   make(chan struct{}, maxAhead),
	}, nil
}

func (w *walk) run() {
	outer := w.ctx
	w.ctx, w.cancel = context.WithCancel(outer)
	defer w.all.Wait()
	defer w.cancel()
	exclude, include, _ := w.o.lists() // newWalk has checked them
	// A handle of its own, because a handle has one position in the list of names.
	h, e, err := w.root.top.openDir(".")
	if err != nil {
		w.emit(partly(".", fmt.Errorf("open the root: %w", err)))
		return
	}
	e.Path = "."
	top := &dir{
		place: &place{up: w.root.top, name: ".", id: e.id(), h: h, users: 1},
		path:  ".", sel: newSelection(exclude, include),
	}
	w.device = e.Device
	w.fillDir(top, h, e)
	w.visit(top)
	if outer.Err() != nil && !w.stopped {
		w.yield(partly(".", context.Cause(outer)))
	}
}

// emit passes on an item, after the directories that lead to it.
func (w *walk) emit(item Item) {
	if w.stopped || w.ctx.Err() != nil {
		return
	}
	if item.Err == nil && item.Omitted == (Reason{}) {
		for _, dir := range w.pending {
			w.pass(dir)
		}
		w.pending = w.pending[:0]
	}
	w.pass(item)
}

func (w *walk) pass(item Item) {
	if !w.stopped && !w.yield(item) {
		w.stopped = true
		w.cancel()
	}
}
