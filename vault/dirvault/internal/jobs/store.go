// Package jobs keeps the jobs of a vault: a document for each, an index of their times, and
// the bytes of deleted archives that jobs still give.
package jobs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
)

// Options are the properties of the vault that its jobs need.
type Options struct {
	// Closed returns why the vault is closed, or nil.
	Closed func() error
	// Now is the clock.
	Now func() time.Time
	// Damaged is called with the error about a damaged job that a list goes on without.
	Damaged func(error)
	// Leftover is called when files that should be removed cannot be.
	Leftover func(error)
}

// Store has the jobs of one vault.
type Store struct {
	Options
	files *files.Dir
	dir   *os.Root
	known known
	kept  kept
}

// NewStore returns the jobs of the vault in a directory.
func NewStore(dir *files.Dir, o Options) *Store {
	return &Store{Options: o, files: dir, dir: dir.Root}
}

// Get returns the document of a job, or an error that wraps ErrNotFound. A job that is to be
// forgotten is removed, and so are kept outputs of jobs that have expired, perhaps of this one.
func (s *Store) Get(id vault.JobID) (Document, error) {
	d, err := s.get(id)
	if err == nil {
		s.Sweep()
	}
	return d, err
}

func (s *Store) get(id vault.JobID) (Document, error) {
	missing := fmt.Errorf("job %q: %w", id, vault.ErrNotFound)
	if err := s.Closed(); err != nil {
		return Document{}, err
	}
	if !layout.IsJobID(string(id)) {
		return Document{}, missing
	}
	var d Document
	err := s.files.ReadDocument(layout.JobDocument(id), &d)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && d.ID != id:
		return Document{}, missing
	case err != nil:
		return Document{}, fmt.Errorf("job %q: %w", id, err)
	case d.times().forgotten(s.Now()):
		// A file that stays is removed when the job is met again.
		_ = s.forget(id)
		return Document{}, missing
	}
	return d, nil
}

func (s *Store) forget(id vault.JobID) error {
	s.known.remove(id)
	return errors.Join(s.files.Remove(layout.JobDocument(id)), s.files.Remove(layout.JobOutput(id)))
}

// Add stores a new job, durably. The output of an inventory job is there already.
func (s *Store) Add(d *Document) error {
	if err := s.files.WriteDocument(layout.JobDocument(d.ID), d); err != nil {
		return err
	}
	s.addToIndex(d.ID, d.times())
	s.kept.note(d, d.Created)
	return nil
}
