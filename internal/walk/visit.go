package walk

// visit emits a directory, its files, and its directories. It ends the use of d.
func (w *walk) visit(d *dir) {
	if d.place == nil {
		w.emitDir(d)
		return
	}
	w.enter(d)
	defer w.leave()
	w.finish(d)
	w.emitDir(d)
	if d.first == nil {
		return
	}
	below := w.emitFiles(d)
	d.names, d.first = names{}, nil
	w.each(below.len(), func(i int) func() *dir {
		name := below.at(i)
		return func() *dir { return w.openDir(d, name) }
	})
}

// emitDir emits a directory itself. If there are patterns to include and none matches it, it
// waits until a file in it is emitted.
func (w *walk) emitDir(d *dir) {
	for i, item := range d.before {
		if i == 0 && item.Err == nil && !d.sel.included && d.place != nil {
			w.pending = append(w.pending, item)
			continue
		}
		w.emit(item)
	}
	d.before = nil
}

// emitFiles emits the files of a directory and returns the names of its directories.
func (w *walk) emitFiles(d *dir) names {
	var below names
	take := func(b *batch) {
		for _, item := range b.items {
			w.emit(item)
		}
		for _, name := range b.dirs {
			below.add(name)
		}
	}
	take(d.first)
	var queue []future[*batch]
	for next := batchSize; next < d.names.len() || len(queue) > 0; {
		for len(queue) < siblings && next < d.names.len() {
			start := next
			next += batchSize
			queue = append(queue, soon(w, func() *batch { return w.readBatch(d, start) }))
		}
		take(queue[0].get(w))
		queue = queue[1:]
	}
	return below
}

// each visits n directories in their order. Some are opened before their turn.
func (w *walk) each(n int, open func(int) func() *dir) {
	var queue []future[*dir]
	for next := 0; next < n || len(queue) > 0; {
		w.reopen()
		for len(queue) < siblings && next < n && (len(queue) == 0 || len(w.ahead) < maxAhead) && !w.over() {
			queue = append(queue, soon(w, open(next)))
			next++
		}
		if len(queue) == 0 {
			return
		}
		d := queue[0].get(w)
		queue = queue[1:]
		if w.over() {
			if d.place != nil {
				d.done()
			}
			continue
		}
		w.visit(d)
	}
}

func (w *walk) over() bool { return w.stopped || w.ctx.Err() != nil }

// enter makes d the current directory. d is in use.
func (w *walk) enter(d *dir) {
	w.way = append(w.way, d)
	if len(w.way)-w.closed > keepOpen {
		w.way[w.closed].done()
		w.closed++
	}
}

// leave ends the use of the current directory.
func (w *walk) leave() {
	last := len(w.way) - 1
	d := w.way[last]
	w.way = w.way[:last]
	if w.closed > last {
		w.closed = last
	} else {
		d.done()
	}
	if n := len(w.pending); n > 0 && w.pending[n-1].Path == d.path {
		w.pending = w.pending[:n-1]
	}
}

// reopen opens the current directory and half of keepOpen above it again, if they were
// closed. An error shows when they are used.
func (w *walk) reopen() {
	if w.closed < len(w.way) {
		return
	}
	from := max(0, len(w.way)-keepOpen/2)
	for i := from; i < len(w.way); i++ {
		if _, err := w.way[i].use(); err != nil {
			for _, d := range w.way[from:i] {
				d.done()
			}
			return
		}
	}
	w.closed = from
}
