package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
)

// Aside keeps the files that a vault would write into its directory if that could be
// written: jobs, their outputs, its inventory, its state. Each has the name that it would
// have there. Aside lasts as long as the vault is open. It holds documents in memory, and
// other files outside of the vault.
type Aside struct {
	mu        sync.Mutex
	documents map[string][]byte
	files     map[string]*scratch
	leaves    []string // names of those files that hold leaves, the oldest first
}

// maxLeavesAside is how many archives have leaves aside. Those of others are made again.
const maxLeavesAside = 64

// NewAside returns one that keeps nothing yet.
func NewAside() *Aside {
	return &Aside{documents: make(map[string][]byte), files: make(map[string]*scratch)}
}

// Document returns the document that was kept under a name.
func (a *Aside) Document(name string) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	data, there := a.documents[name]
	return data, there
}

// SetDocument keeps a document under a name, and drops an earlier one.
func (a *Aside) SetDocument(name string, data []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.documents[name] = data
}

// names returns those of all documents.
func (a *Aside) names() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Keys(a.documents))
}

// fill keeps the file that fill writes.
func (a *Aside) fill(name string, fill func(*os.File) error) error {
	s, err := newScratch(fill)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.files[name]
	a.files[name] = s
	return old.release()
}

// fillLeaves is fill for leaves of an archive.
func (a *Aside) fillLeaves(name string, fill func(*os.File) error) error {
	if err := a.fill(name, fill); err != nil {
		return err
	}
	a.mu.Lock()
	oldest := ""
	if a.leaves = append(a.leaves, name); len(a.leaves) > maxLeavesAside {
		oldest, a.leaves = a.leaves[0], a.leaves[1:]
	}
	a.mu.Unlock()
	return a.remove(oldest)
}

// link keeps a file that is kept under one name under another one, too. It reports false
// if there is none.
func (a *Aside) link(from, to string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.files[from]
	if s == nil || a.files[to] != nil {
		return false
	}
	s.share()
	a.files[to] = s
	return true
}

// open opens a file that was kept. The caller closes it.
func (a *Aside) open(name string) (File, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.files[name]
	if s == nil {
		return nil, false
	}
	return s.open(), true
}

// remove drops the file or document that was kept under a name. Files that are open stay usable.
func (a *Aside) remove(name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.files[name]
	delete(a.files, name)
	delete(a.documents, name)
	return old.release()
}

func (a *Aside) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, s := range a.files {
		errs = append(errs, s.release())
	}
	clear(a.files)
	return errors.Join(errs...)
}

// File is an open file that is read at any offset.
type File interface {
	io.ReaderAt
	io.Closer
	Name() string
	Stat() (fs.FileInfo, error)
}

// scratch is a file outside of the vault. It goes with its last user and, where the
// system allows it, has no name from the start, so that nothing is left of it after a
// kill. A nil scratch has none to release.
type scratch struct {
	file  *os.File
	named bool

	mu    sync.Mutex
	users int
}

// newScratch makes one that has a user, who releases it.
func newScratch(fill func(*os.File) error) (*scratch, error) {
	f, err := os.CreateTemp("", "firn-*")
	if err != nil {
		return nil, fmt.Errorf("keep a file outside of a vault that can only be read: %w", err)
	}
	s := &scratch{file: f, named: os.Remove(f.Name()) != nil, users: 1}
	if err := fill(f); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// share gives it another user, who releases it, too.
func (s *scratch) share() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users++
}

func (s *scratch) open() File {
	s.share()
	return &scratchFile{File: s.file, scratch: s}
}

func (s *scratch) release() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 {
		return nil
	}
	err := s.file.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

// scratchFile is a scratch file in the hands of one user.
type scratchFile struct {
	*os.File

	scratch *scratch
	closed  sync.Once
}

// Close may be repeated.
func (f *scratchFile) Close() (err error) {
	f.closed.Do(func() { err = f.scratch.release() })
	return err
}
