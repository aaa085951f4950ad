// Package inventories takes the inventories of a vault, keeps the last one, and makes the
// outputs of inventory jobs from it. It also keeps the state of the vault, which says whether
// the inventory is out of date.
package inventories

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/count"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
	"firn/vault/inventory"
)

// Options are the properties of the vault that its inventories need.
type Options struct {
	// Now is the clock, in UTC and to the millisecond.
	Now func() time.Time
	// Every is dirvault.Options.InventoryEvery.
	Every time.Duration
	// ARN is the ARN of the vault in its inventories, or empty.
	ARN string
	// Damaged is called with the error about each damaged file that an inventory goes on
	// without.
	Damaged func(error)
}

// Store has the inventory of one vault.
type Store struct {
	Options
	files    *files.Dir
	archives *archives.Archives
	count    *count.Count
	state    state
	runs     *runs
	lock     *rwlock.Lock // held alone while the inventory is taken or read
}

// NewStore returns the inventory of the vault in a directory. The caller calls Load before
// anything else, and Stop at the end.
func NewStore(dir *files.Dir, all *archives.Archives, n *count.Count, o Options) *Store {
	s := &Store{Options: o, files: dir, archives: all, count: n, runs: newRuns(), lock: rwlock.New()}
	s.state.keep = func(next *State) error { return dir.WriteDocument(layout.StateFile, next) }
	return s
}

// Load reads the state of the vault.
func (s *Store) Load() (err error) {
	s.state.now, err = ReadState(s.files.Root, layout.StateFile)
	return err
}

// Stop ends the inventory that is being taken and lets no other begin. reason may be nil.
func (s *Store) Stop(reason error) { s.runs.stop(reason) }

// State returns the state of the vault.
func (s *Store) State() State { return s.state.get() }

// BeginChange records, durably, that an archive may come or go: the inventory is out of date,
// and the count knows the archive. Unless there was an error, the caller calls end after the
// change, or after it has failed.
func (s *Store) BeginChange(id vault.ArchiveID) (end func(), err error) {
	if err := s.state.beginChange(s.Now()); err != nil {
		return nil, err
	}
	if err := s.count.Begin(id); err != nil {
		s.state.endChange()
		return nil, err
	}
	return func() {
		s.count.End(id)
		s.state.endChange()
	}, nil
}

// snapshot is an inventory that is being taken. Archives can be stored and deleted meanwhile.
// Such an archive may or may not be in it, and the vault then still counts as changed.
type snapshot struct {
	summary

	begun uint64 // changes, when the snapshot was begun
	quiet bool   // none of them was under way
}

// due reports whether it is time for an inventory, with a list of the archives or only their
// number.
func (s *Store) due(list bool) (bool, error) {
	touched, err := s.count.Modified()
	now := s.state.get()
	return now.due(s.Now(), s.Every, touched, list), err
}

// take lists and counts the archives: first the list, durably, then the state. An archive
// whose truth is damaged is a bad entry of the list, so that nobody takes it for one that is
// not there, and counts with the size of its file.
func (s *Store) take(ctx context.Context) (summary, error) {
	touched, err := s.count.Modified()
	if err != nil {
		return summary{}, err
	}
	taken := s.state.beginList(s.Now(), touched)
	err = s.files.Fill(layout.InventoryFile, func(f *os.File) error {
		sum := sha256.New()
		if err := s.list(ctx, io.MultiWriter(f, sum), taken); err != nil {
			return err
		}
		taken.SHA256 = treehash.Hash(sum.Sum(nil))
		return nil
	})
	if err != nil {
		return summary{}, err
	}
	return taken.summary, s.state.endInventory(taken)
}

// list writes the list and the numbers in taken.
func (s *Store) list(ctx context.Context, to io.Writer, taken *snapshot) error {
	w, err := inventory.NewWriter(to, false, s.head(taken.Inventoried))
	if err != nil {
		return err
	}
	err = s.archives.EachInOrder(ctx, func(a vault.Archive, broken error) error {
		taken.Archives++
		taken.Bytes += a.Size + count.Overhead
		if broken == nil {
			return w.Add(a)
		}
		s.Damaged(broken)
		taken.Damaged++
		return w.AddBad(a.ID, a.Size, broken.Error())
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func (s *Store) head(at time.Time) inventory.Head {
	return inventory.Head{Date: at, VaultARN: s.ARN}
}

// open returns the vault's last inventory, and its numbers. If it cannot be read as it was
// written, it is made anew from the archives. ErrNotFound means that there is none yet. The
// caller holds s.lock alone, and closes the file.
func (s *Store) open(ctx context.Context) (files.File, summary, error) {
	last := s.state.get().summary
	if last.SHA256.IsZero() && s.Every < 0 { // the archives were counted meanwhile
		return s.openNew(ctx)
	}
	if last.SHA256.IsZero() {
		return nil, summary{}, vault.Errorf(vault.ErrNotFound, "the vault has no inventory yet")
	}
	f, err := s.openUnchanged(ctx, layout.InventoryFile, last.SHA256)
	if err == nil || !errors.Is(err, durable.ErrDamaged) {
		return f, last, err
	}
	s.Damaged(err)
	return s.openNew(ctx)
}

func (s *Store) openNew(ctx context.Context) (files.File, summary, error) {
	taken, err := s.take(ctx)
	if err != nil {
		return nil, summary{}, err
	}
	f, err := s.openUnchanged(ctx, layout.InventoryFile, taken.SHA256)
	return f, taken, err
}

// openUnchanged opens a file if it has this hash. Else the error wraps durable.ErrDamaged.
func (s *Store) openUnchanged(ctx context.Context, name string, want treehash.Hash) (files.File, error) {
	f, err := s.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: it is missing", name, durable.ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, cancel.NewReader(ctx, io.NewSectionReader(f, 0, math.MaxInt64)))
	switch {
	case ctx.Err() != nil:
		err = cancel.Err(ctx)
	case err != nil:
		err = fmt.Errorf("%s: %w: %w", name, durable.ErrDamaged, err)
	case treehash.Hash(sum.Sum(nil)) != want:
		err = fmt.Errorf("%s: %w: it is not as it was written", name, durable.ErrDamaged)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
