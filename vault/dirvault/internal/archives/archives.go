// Package archives reads what a vault knows about its archives: the bytes and the truth file
// of each, one after the other or in the order of their ids.
package archives

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
)

// Archives are those in a vault's directory, and the bytes of deleted ones that jobs still
// give.
type Archives struct {
	files *files.Dir
}

// In returns the archives in a vault's directory.
func In(dir *files.Dir) *Archives { return &Archives{dir} }

// Get returns what is known about an archive, or an error that wraps ErrNotFound. An
// archive is there when its bytes are: if its truth file is damaged, Get returns its id and
// the size of its file with an error that wraps durable.ErrDamaged.
func (s *Archives) Get(id vault.ArchiveID) (vault.Archive, error) {
	missing := fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	if !layout.IsArchiveID(string(id)) {
		return vault.Archive{}, missing
	}
	data, err := s.files.Root.Lstat(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return vault.Archive{}, missing
	}
	if err != nil {
		return vault.Archive{}, err
	}
	t, err := readTruth(s.files.Root, id)
	if err == nil && t.ID != id {
		// A file system that does not distinguish upper from lower case finds a file by
		// an id that is not its own.
		return vault.Archive{}, missing
	}
	if err != nil {
		if still, gone := durable.IsThere(s.files.Root, layout.ArchiveData(id)); gone == nil && !still {
			return vault.Archive{}, missing // deleted in between
		}
		return vault.Archive{ID: id, Size: data.Size()}, fmt.Errorf("archive %q: %w", id, err)
	}
	return t.archive(), nil
}

// Open opens the bytes of an archive. ErrNotFound means that it is not there.
func (s *Archives) Open(id vault.ArchiveID) (*os.File, error) {
	f, err := s.files.Root.Open(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
	}
	return f, err
}

// OpenOrKept opens the bytes of an archive, or of one that was deleted while a job gave
// them. ErrNotFound means that they are gone.
func (s *Archives) OpenOrKept(id vault.ArchiveID) (*os.File, error) {
	f, err := s.Open(id)
	if !errors.Is(err, vault.ErrNotFound) {
		return f, err
	}
	kept, keptErr := s.files.Root.Open(layout.KeptData(id))
	if errors.Is(keptErr, fs.ErrNotExist) {
		return nil, err
	}
	return kept, keptErr
}

// Paths returns the paths of the bytes and of the leaves of an archive, or of one that was
// deleted while a job gave them.
func (s *Archives) Paths(id vault.ArchiveID) (data, leaves string, err error) {
	there, err := durable.IsThere(s.files.Root, layout.ArchiveData(id))
	if err == nil && !there {
		if there, err = durable.IsThere(s.files.Root, layout.KeptData(id)); there {
			return layout.KeptData(id), layout.KeptLeaves(id), err
		}
	}
	return layout.ArchiveData(id), layout.ArchiveLeaves(id), err
}

// Each calls visit with every archive, until it returns false. If the truth about one cannot
// be read, broken says why, and only its ID and its Size are known.
func (s *Archives) Each(ctx context.Context, visit func(a vault.Archive, broken error) bool) error {
	return s.files.EachEntry(layout.ArchivesDir, func(name string) (bool, error) {
		more := true
		err := s.visit(ctx, vault.ArchiveID(name), func(a vault.Archive, broken error) error {
			more = visit(a, broken)
			return nil
		})
		return more, err
	})
}

// visit calls do with the archive of this id, if there is one.
func (s *Archives) visit(ctx context.Context, id vault.ArchiveID, do func(a vault.Archive, broken error) error) error {
	if err := cancel.Err(ctx); err != nil {
		return err
	}
	a, err := s.Get(id)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return nil // deleted, or another file
	case err != nil && !errors.Is(err, durable.ErrDamaged):
		return err
	}
	return do(a, err)
}
