package inventories

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/jobs"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/inventory"
)

// WriteOutput makes the output of an inventory job from the vault's inventory, a new
// one if that is due, durably, and sets the fields of d that describe it.
func (s *Store) WriteOutput(ctx context.Context, d *jobs.Document) error {
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	if err := s.lock.Lock(ctx); err != nil {
		return err
	}
	defer s.lock.Unlock()
	last, numbers, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer last.Close()
	if d.List == (jobs.List{}) {
		// Many jobs for one inventory then take no more room than one.
		size, linked, err := s.files.Link(layout.InventoryFile, layout.JobOutput(d.ID))
		if linked || err != nil {
			d.Damaged, d.Size = numbers.Damaged, size
			return err
		}
	}
	list := io.NewSectionReader(last, 0, math.MaxInt64)
	return s.files.Fill(layout.JobOutput(d.ID), func(f *os.File) error {
		if d.List == (jobs.List{}) {
			d.Damaged = numbers.Damaged
			d.Size, err = io.Copy(f, cancel.NewReader(ctx, list))
			return err
		}
		if err := s.writeListed(ctx, f, d, list, numbers); err != nil {
			return err
		}
		d.Size, err = f.Seek(0, io.SeekCurrent)
		return err
	})
}

// writeListed writes those entries of an inventory that a job lists.
func (s *Store) writeListed(ctx context.Context, to io.Writer, d *jobs.Document, list io.Reader, last summary) error {
	w, err := inventory.NewWriter(to, d.List.CSV, s.head(last.Inventoried))
	if err != nil {
		return err
	}
	listed := int64(0)
	for e, err := range inventory.NewReader(cancel.NewReader(ctx, list), false).All() {
		switch {
		case err != nil:
			return err
		case !d.List.Includes(e):
			continue
		case d.List.Limit > 0 && listed == d.List.Limit:
			d.NextMarker = e.ID
			return w.Close()
		}
		if e.Bad == "" {
			err = w.Add(e.Archive)
		} else {
			d.Damaged++
			err = w.AddBad(e.ID, e.Size, e.Bad)
		}
		if err != nil {
			return err
		}
		listed++
	}
	return w.Close()
}

// OpenOutput opens the output of an inventory job. ErrExpired means that it is gone.
func (s *Store) OpenOutput(d *jobs.Document) (files.File, error) {
	f, err := s.files.Open(layout.JobOutput(d.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, vault.Errorf(vault.ErrExpired, "the output is gone")
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != d.Size {
		err = fmt.Errorf("%s: %w: it has %d bytes of %d", f.Name(), durable.ErrDamaged, info.Size(), d.Size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
