package dirvault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"firn/vault"
)

// statusDocument is vault.json.
type statusDocument struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	// Changed: archives came or went during the last count or since, or ever.
	Changed     bool      `json:"changed"`
	Inventoried time.Time `json:"inventoried,omitzero"` // the last count
	Archives    int64     `json:"archives"`
	Bytes       int64     `json:"bytes"` // with overhead
}

func (s *statusDocument) check() error {
	switch {
	case s.Created.IsZero():
		return errors.New("no creation date")
	case s.Archives < 0 || s.Bytes < 0:
		return errors.New("a negative count")
	}
	return errors.Join(checkVersion(s.Version), checkTime(s.Created), checkTime(s.Inventoried))
}

func (s *statusDocument) info(name string) vault.Info {
	return vault.Info{
		Name:        name,
		Created:     s.Created,
		Inventoried: s.Inventoried,
		Archives:    s.Archives,
		Bytes:       s.Bytes,
	}
}

// status is vault.json in memory.
type status struct {
	mu       sync.Mutex
	now      statusDocument
	begun    uint64 // changes since the vault was opened
	underWay int    // of them, those that have not ended
}

func (s *status) read(dir *os.Root) error {
	return readDocument(dir, stateFile, &s.now)
}

// get returns what is known.
func (s *status) get() statusDocument {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// beginChange records, durably and before it happens, that archives come or go.
// It costs nothing but the first time after a count. The caller calls endChange
// when it has happened, unless there was an error.
func (s *status) beginChange(dir *os.Root) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.now.Changed {
		next := s.now
		next.Changed = true
		if err := s.write(dir, next); err != nil {
			return err
		}
	}
	s.begun++
	s.underWay++
	return nil
}

func (s *status) endChange() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
}

func (s *status) write(dir *os.Root, next statusDocument) error {
	if err := writeDocument(dir, stateFile, &next); err != nil {
		return err
	}
	s.now = next
	return nil
}

// Info tells when the vault was made and what it held when it was last counted.
// As at the service, the count lags: it is taken here when somebody asks, at
// most once in Options.InventoryEvery and only if something changed. Bytes
// includes 32,768 for each archive. Name is the directory's.
func (v *Vault) Info(ctx context.Context) (vault.Info, error) {
	if err := v.gate.enter(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("describe directory vault %q: %w", v.path, err)
	}
	defer v.gate.leave()
	if err := v.countIfDue(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("count the archives of directory vault %q: %w", v.path, err)
	}
	s := v.status.get()
	return s.info(filepath.Base(v.path)), nil
}
