package walk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

var errClosed = errors.New("the root of the walk is closed")

// A place is a directory that can be opened again, as long as it stays where it is.
type place struct {
	up   *place // nil for the root
	name string // in up
	id   id

	mu    sync.Mutex
	h     handle
	users int // while there are users, h is open
}

// use returns the handle of the directory, until done is called.
func (p *place) use() (handle, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == 0 {
		if p.up == nil {
			return handle{}, errClosed
		}
		h, now, err := p.up.openDir(p.name)
		if err != nil {
			return handle{}, err
		}
		if now.id() != p.id {
			h.close()
			return handle{}, ErrChanged
		}
		p.h = h
	}
	p.users++
	return p.h, nil
}

func (p *place) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users--; p.users == 0 {
		p.h.close()
	}
}

// openDir opens a directory in p.
func (p *place) openDir(name string) (handle, Entry, error) {
	up, err := p.use()
	if err != nil {
		return handle{}, Entry{}, err
	}
	defer p.done()
	h, err := up.openDir(name)
	if err != nil {
		return handle{}, Entry{}, err
	}
	e, err := h.stat()
	if err != nil {
		h.close()
	}
	return h, e, err
}

// An id tells files apart.
type id struct{ device, inode uint64 }

func (e *Entry) id() id { return id{e.Device, e.Inode} }

// idsOf returns what tells files apart. It opens the directories of the files, and not the files.
// Those that it cannot find are not there.
func idsOf(paths []string) (ids []id) {
	for _, path := range paths {
		path, err := filepath.EvalSymlinks(path)
		if err != nil {
			continue
		}
		h, err := openTop(filepath.Dir(path))
		if err != nil {
			continue
		}
		var e Entry
		if err := h.lstat(filepath.Base(path), &e); err == nil && e.Inode != 0 {
			ids = append(ids, e.id())
		}
		h.close()
	}
	return ids
}

// Open opens a regular file to read its content, and refreshes the entry. It returns ErrChanged
// if the name has become another file. Entries can be opened until their Root is closed; several
// goroutines may open several entries.
func (e *Entry) Open() (*os.File, error) {
	if e.Type != Regular {
		return nil, fmt.Errorf("open %q: it is not a regular file", e.Path)
	}
	f, err := e.open()
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", e.Path, err)
	}
	return f, nil
}

func (e *Entry) open() (*os.File, error) {
	h, err := e.in.use()
	if err != nil {
		return nil, err
	}
	defer e.in.done()
	f, now, err := h.openFile(base(e.Path), e.Path)
	if err != nil {
		return nil, err
	}
	if now.Type != Regular || now.id() != e.id() {
		return nil, errors.Join(ErrChanged, f.Close())
	}
	e.refresh(&now)
	return f, nil
}
