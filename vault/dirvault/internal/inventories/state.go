package inventories

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

// State is vault.json: what is known of a vault as a whole.
type State struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	// Changed means that archives came or went during the last inventory or since, or at all
	// if there is none.
	Changed bool `json:"changed"`
	// FirstChange is when an archive first came, before the first inventory.
	FirstChange time.Time `json:"first_change,omitzero"`
	summary
}

// summary is the last inventory in numbers.
type summary struct {
	Inventoried time.Time `json:"inventoried,omitzero"` // when it was begun
	Archives    int64     `json:"archives"`
	Bytes       int64     `json:"bytes"` // with overhead
	// SHA256 is that of the inventory's file. It is zero if there is no file, because the
	// archives were counted since, or because firn did not keep inventories yet.
	SHA256 treehash.Hash `json:"inventory_sha256,omitzero"`
	// Touched is the modification time of the archives' directory before it was
	// read. It changes when another program adds or removes archives.
	Touched time.Time `json:"touched,omitzero"`
	// Damaged is how many entries of the inventory are bad.
	Damaged int64 `json:"damaged,omitempty"`
}

// Check refuses a state that makes no sense.
func (s *State) Check() error {
	switch {
	case s.Created.IsZero():
		return errors.New("no creation date")
	case s.Archives < 0 || s.Bytes < 0 || s.Damaged < 0:
		return errors.New("a negative count")
	}
	return errors.Join(durable.CheckVersion(s.Version), layout.CheckTime(s.Created), layout.CheckTime(s.FirstChange),
		layout.CheckTime(s.Inventoried), layout.CheckTime(s.Touched))
}

// Info describes the vault of this state.
func (s *State) Info(name string) vault.Info {
	return vault.Info{
		Name:        name,
		Created:     s.Created,
		Inventoried: s.Inventoried,
		Archives:    s.Archives,
		Bytes:       s.Bytes,
	}
}

// due reports whether it is time for an inventory, where touched is the
// modification time of the archives' directory (see Options.Every). Without list
// the number of archives is enough.
func (s *State) due(now time.Time, every time.Duration, touched time.Time, list bool) bool {
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
func (s *State) changed(touched time.Time) bool {
	return s.Changed || !s.Touched.IsZero() && !s.Touched.Equal(touched)
}

// WriteState writes the state of a new vault, durably, to a file in dir.
func WriteState(dir *os.Root, name string, created time.Time) error {
	return durable.WriteDocument(dir, name, &State{Version: durable.FormatVersion, Created: created})
}

// ReadState reads the state of a vault from a file in dir. It needs no lock, because the file
// is replaced as a whole.
func ReadState(dir *os.Root, name string) (s State, err error) {
	err = durable.ReadDocument(dir, name, &s)
	return s, err
}

// state is vault.json in memory.
type state struct {
	keep func(*State) error // durably

	mu       sync.Mutex
	now      State
	begun    uint64 // changes since the vault was opened
	underWay int    // of them, those that have not ended
}

func (s *state) get() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// beginChange records, durably and before it happens, that archives come or go
// at now. It writes only at the first change after an inventory. The caller
// calls endChange after the change, unless there was an error.
func (s *state) beginChange(now time.Time) error {
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

func (s *state) endChange() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
}

func (s *state) beginInventory(at, touched time.Time) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &snapshot{
		summary: summary{Inventoried: at, Touched: touched},
		begun:   s.begun, quiet: s.underWay == 0,
	}
}

// beginList is beginInventory of one that lists the archives. If they were counted
// before, and none has changed since, the inventory has the date of that count.
func (s *state) beginList(at, touched time.Time) *snapshot {
	taken := s.beginInventory(at, touched)
	last := s.get()
	if last.SHA256.IsZero() && !last.Touched.IsZero() && !last.changed(touched) {
		taken.Inventoried = last.Inventoried
	}
	return taken
}

// endInventory records an inventory. The archives are exactly those listed if
// none changed from its beginning to its end. A damaged archive may be mended at
// any time, so an inventory with one is out of date at once.
func (s *state) endInventory(taken *snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now
	next.summary = taken.summary
	next.FirstChange = time.Time{}
	next.Changed = !taken.quiet || s.begun != taken.begun || taken.Damaged > 0
	return s.write(next)
}

func (s *state) write(next State) error {
	if err := s.keep(&next); err != nil {
		return err
	}
	s.now = next
	return nil
}
