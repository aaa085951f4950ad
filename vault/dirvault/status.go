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

// archiveOverhead is what the service adds to the size of every archive in the
// size of a vault: 32 KiB for index and metadata (Amazon Glacier developer
// guide, "Pricing").
const archiveOverhead = 32 << 10

// statusDocument is vault.json.
type statusDocument struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	// Changed: archives came or went since Inventoried, or ever.
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

// status is vault.json in memory.
type status struct {
	mu  sync.Mutex
	now statusDocument
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

// markChanged records, durably and before it happens, that archives come or go.
// It costs nothing but the first time after a count.
func (s *status) markChanged(dir *os.Root) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Changed {
		return nil
	}
	next := s.now
	next.Changed = true
	return s.write(dir, next)
}

// set is called by whoever holds the census, so nothing changes in between.
func (s *status) set(dir *os.Root, next statusDocument) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(dir, next)
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
	return vault.Info{
		Name:        filepath.Base(v.path),
		Created:     s.Created,
		Inventoried: s.Inventoried,
		Archives:    s.Archives,
		Bytes:       s.Bytes,
	}, nil
}

func (v *Vault) countIfDue(ctx context.Context) error {
	if !v.countDue() {
		return nil
	}
	v.census.Lock()
	defer v.census.Unlock()
	if !v.countDue() {
		return nil // somebody else was faster
	}
	next := v.status.get()
	next.Inventoried, next.Changed, next.Archives, next.Bytes = v.options.now(), false, 0, 0
	err := v.eachArchive(ctx, func(a vault.Archive) bool {
		next.Archives++
		next.Bytes += a.Size + archiveOverhead
		return true
	})
	if err != nil {
		return err
	}
	return v.status.set(v.dir, next)
}

func (v *Vault) countDue() bool {
	s := v.status.get()
	last := s.Created
	if s.Inventoried.After(last) {
		last = s.Inventoried
	}
	return s.Changed && v.options.now().Sub(last) >= v.options.InventoryEvery
}
