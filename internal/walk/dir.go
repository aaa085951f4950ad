package walk

import (
	"fmt"
	"math"
)

// namesAhead is how many names of a directory are read before its turn.
const namesAhead = 20_000

// A dir is a directory of which the names are known.
type dir struct {
	*place
	path   string
	depth  int
	sel    selection
	before []Item // the directory itself, and what is wrong with it
	names  names
	more   bool   // not all names were read
	first  *batch // its first files, read with the names
}

// openDir opens a directory and reads its names and its first files. If that fails, the
// result has only items.
func (w *walk) openDir(up *dir, name string) *dir {
	d := &dir{path: join(up.path, name), depth: up.depth + 1}
	h, e, err := up.openDir(name)
	if err != nil {
		if e, listErr := w.describe(up, name, d.path); listErr == nil && e.Type == Directory {
			d.before = append(d.before, Item{Entry: e})
		}
		d.before = append(d.before, partly(d.path, fmt.Errorf("open the directory %q: %w", d.path, err)))
		return d
	}
	d.place = &place{up: up.place, name: name, id: e.id(), h: h, users: 1}
	d.sel = up.sel.enter(name)
	e.Path, e.in = d.path, up.place
	w.fillDir(d, h, e)
	return d
}

// describe returns the entry of a directory that cannot be opened.
func (w *walk) describe(up *dir, name, path string) (Entry, error) {
	h, err := up.use()
	if err != nil {
		return Entry{}, err
	}
	defer up.done()
	e := Entry{Path: path, in: up.place}
	return e, h.lstat(name, &e)
}

// fillDir reads what is in a directory.
func (w *walk) fillDir(d *dir, h handle, e Entry) {
	var err error
	if e.Xattrs, err = h.own(); err != nil {
		d.before = append(d.before, failed(d.path, fmt.Errorf("read the extended attributes of %q: %w", d.path, err)))
	}
	d.before = append([]Item{{Entry: e}}, d.before...)
	if w.o.OneFileSystem && e.Device != w.device {
		d.before = append(d.before, omitted(d.path, Reason{Kind: OtherFileSystem}))
		return
	}
	if w.readNames(d, h, namesAhead); !d.more {
		w.firstFiles(d, h)
	}
}

// finish reads what openDir has left of a large directory.
func (w *walk) finish(d *dir) {
	if !d.more {
		return
	}
	h, err := d.use()
	if err != nil {
		d.before = append(d.before, partly(d.path, fmt.Errorf("open the directory %q again: %w", d.path, err)))
		return
	}
	defer d.done()
	w.readNames(d, h, math.MaxInt)
	w.firstFiles(d, h)
}

func (w *walk) readNames(d *dir, h handle, limit int) {
	buf, ok := w.buffers.Get().(*[]byte)
	if !ok {
		buf = new(make([]byte, 32<<10))
	}
	defer w.buffers.Put(buf)
	var err error
	if d.more, err = h.names(&d.names, limit, *buf); err != nil {
		d.before = append(d.before, partly(d.path, fmt.Errorf("read the directory %q: %w", d.path, err)))
	}
}

// firstFiles sorts the names and reads what they begin with.
func (w *walk) firstFiles(d *dir, h handle) {
	d.names.sort()
	if w.o.ExcludeCaches && d.names.has(cacheTag) && isCache(h) {
		d.names = names{}
		d.names.add(cacheTag)
		d.before = append(d.before, omitted(d.path, Reason{Kind: Cache}))
	}
	if d.names.has(IgnoreFile) {
		d.before = append(d.before, d.sel.read(h, d.path)...)
	}
	d.first = w.readBatch(d, 0)
}
