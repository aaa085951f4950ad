package walk

import (
	"fmt"
	"slices"
)

// batchSize is how many files of a directory are read at once.
const batchSize = 256

// A batch has the items of some files of a directory, and the names of directories.
type batch struct {
	items []Item
	dirs  []string
}

// readBatch describes the files of d from name number start on.
func (w *walk) readBatch(d *dir, start int) *batch {
	var b batch
	h, err := d.use()
	if err != nil {
		b.items = []Item{partly(d.path, fmt.Errorf("open the directory %q again: %w", d.path, err))}
		return &b
	}
	defer d.done()
	end := min(start+batchSize, d.names.len())
	b.items = make([]Item, 0, end-start)
	for i := start; i < end && w.ctx.Err() == nil; i++ {
		w.readFile(d, h, d.names.at(i), &b)
	}
	return &b
}

func (w *walk) readFile(d *dir, h handle, name string, b *batch) {
	path := join(d.path, name)
	if len(path) > MaxPath {
		// The path of the directory names the place, as this one is too long to be shown.
		b.items = append(b.items, partly(d.path, fmt.Errorf("the path of a file in it has more than %d bytes", MaxPath)))
		return
	}
	e := Entry{Path: path, in: d.place}
	if err := h.lstat(name, &e); err != nil {
		b.items = append(b.items, failed(path, fmt.Errorf("read the metadata of %q: %w", path, err)))
		return
	}
	if why := w.leftOut(d, name, &e); why != (Reason{}) {
		b.items = append(b.items, omitted(path, why))
		return
	}
	mount := e.Type == Directory && w.o.OneFileSystem && e.Device != w.device
	if e.Type == Directory && !mount {
		b.dirs = append(b.dirs, name)
		return
	}
	var err error
	if e.Xattrs, err = h.xattrs(name, &e); err != nil {
		err = fmt.Errorf("read the extended attributes of %q: %w", path, err)
	}
	b.items = append(b.items, Item{Entry: e})
	if err != nil {
		b.items = append(b.items, failed(path, err))
	}
	if mount {
		b.items = append(b.items, omitted(path, Reason{Kind: OtherFileSystem}))
	}
}

// leftOut returns the reason why a file is left out, or the zero Reason.
func (w *walk) leftOut(d *dir, name string, e *Entry) Reason {
	isDir := e.Type == Directory
	if why, yes := d.sel.excluded(name, isDir); yes {
		return why
	}
	switch {
	case slices.Contains(w.without, e.id()):
		return Reason{Kind: Without}
	case !isDir && !d.sel.includes(name, false):
		return Reason{Kind: NotIncluded}
	case e.Type == unsupported:
		return Reason{Kind: Unsupported}
	case !isDir && w.o.OneFileSystem && e.Device != w.device:
		return Reason{Kind: OtherFileSystem}
	case e.Type == Regular && w.o.MaxSize > 0 && e.Size > w.o.MaxSize:
		return Reason{Kind: TooLarge}
	}
	return Reason{}
}
