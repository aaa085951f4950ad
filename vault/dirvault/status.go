package dirvault

import (
	"errors"
	"os"
	"sync"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// statusDocument is vault.json.
type statusDocument struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	// Changed: archives came or went during the last inventory or since, or ever.
	Changed bool `json:"changed"`
	// FirstChange is when they first did, before the first inventory.
	FirstChange time.Time `json:"first_change,omitzero"`
	inventoryStatus
}

// inventoryStatus is what is said about the vault's inventory.
type inventoryStatus struct {
	Inventoried time.Time `json:"inventoried,omitzero"` // when it was begun
	Archives    int64     `json:"archives"`
	Bytes       int64     `json:"bytes"` // with overhead
	// SHA256 is that of the file. Zero: there is none, because the archives were
	// counted since, or before firn kept inventories.
	SHA256 treehash.Hash `json:"inventory_sha256,omitzero"`
	// Touched is the modification time of the archives' directory before it was
	// read: archives that somebody copied there or removed change it.
	Touched time.Time `json:"touched,omitzero"`
	// Damaged is how many of the archives are bad entries of the inventory.
	Damaged int64 `json:"damaged,omitempty"`
}

func (s *statusDocument) Check() error {
	switch {
	case s.Created.IsZero():
		return errors.New("no creation date")
	case s.Archives < 0 || s.Bytes < 0 || s.Damaged < 0:
		return errors.New("a negative count")
	}
	return errors.Join(durable.CheckVersion(s.Version), layout.CheckTime(s.Created), layout.CheckTime(s.FirstChange),
		layout.CheckTime(s.Inventoried), layout.CheckTime(s.Touched))
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

// inventoryDue reports whether it is time for an inventory, where touched is the
// modification time of the archives' directory (see Options.InventoryEvery). Without list
// the number of archives is enough.
func (s *statusDocument) inventoryDue(now time.Time, every time.Duration, touched time.Time, list bool) bool {
	missing := list && s.SHA256.IsZero()
	switch changed := s.changed(touched); {
	case every < 0:
		return missing || changed || s.Inventoried.IsZero()
	case !s.Inventoried.IsZero():
		return missing || changed && now.Sub(s.Inventoried) >= every
	case !s.FirstChange.IsZero():
		return now.Sub(s.FirstChange) >= every
	default: // nothing ever changed, or before firn wrote down when
		return changed && now.Sub(s.Created) >= every
	}
}

// changed reports whether archives came or went during the last inventory or since.
func (s *statusDocument) changed(touched time.Time) bool {
	return s.Changed || !s.Touched.IsZero() && !s.Touched.Equal(touched)
}

// status is vault.json in memory.
type status struct {
	keep func(*statusDocument) error // durably

	mu       sync.Mutex
	now      statusDocument
	begun    uint64 // changes since the vault was opened
	underWay int    // of them, those that have not ended
}

func (s *status) read(dir *os.Root) error {
	return durable.ReadDocument(dir, layout.StateFile, &s.now)
}

// get returns what is known.
func (s *status) get() statusDocument {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// beginChange records, durably and before it happens, that archives come or go
// at now. It costs nothing but the first time after an inventory. The caller
// calls endChange when it has happened, unless there was an error.
func (s *status) beginChange(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.now.Changed {
		next := s.now
		next.Changed = true
		if next.Inventoried.IsZero() {
			next.FirstChange = now
		}
		if err := s.write(next); err != nil {
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

func (s *status) beginInventory(at, touched time.Time) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &snapshot{
		inventoryStatus: inventoryStatus{Inventoried: at, Touched: touched},
		begun:           s.begun, quiet: s.underWay == 0,
	}
}

// beginList is beginInventory of one that lists the archives. If they were counted
// before, and nothing has changed since, it lists those of that moment.
func (s *status) beginList(at, touched time.Time) *snapshot {
	taken := s.beginInventory(at, touched)
	last := s.get()
	if last.SHA256.IsZero() && !last.Touched.IsZero() && !last.changed(touched) {
		taken.Inventoried = last.Inventoried
	}
	return taken
}

// endInventory records an inventory. The archives are exactly those listed if
// nothing changed from its beginning to its end. What is damaged may be mended at
// any time, and the next inventory is to see it.
func (s *status) endInventory(taken *snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now
	next.inventoryStatus = taken.inventoryStatus
	next.FirstChange = time.Time{}
	next.Changed = !taken.quiet || s.begun != taken.begun || taken.Damaged > 0
	return s.write(next)
}

func (s *status) write(next statusDocument) error {
	if err := s.keep(&next); err != nil {
		return err
	}
	s.now = next
	return nil
}
