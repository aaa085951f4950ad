package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"firn/depot"
	"firn/record"
	"firn/vault"
)

// resume finds out what earlier calls have left: packs in the spool to be stored, and packs that
// are lost.
func (r *run) resume(ctx context.Context) (spooled []record.Pack, err error) {
	var unstored []record.Pack
	for p, err := range r.book.UnstoredPacks(ctx, r.depot.Vault.URL()) {
		if err != nil {
			return nil, err
		}
		unstored = append(unstored, p)
	}
	for _, p := range unstored {
		isThere, err := r.isThere(p)
		if err != nil {
			return nil, err
		}
		if isThere {
			spooled = append(spooled, p)
		} else if err := r.settle(ctx, p); err != nil {
			return nil, err
		}
	}
	return spooled, r.sweep(ctx, spooled)
}

// settle ends a pack whose file is not there: it was stored, or it is lost.
func (r *run) settle(ctx context.Context, p record.Pack) error {
	if p.State == record.Spooled {
		description := r.upload(p.ID).Description
		for a, err := range r.depot.Journal.FindArchives(ctx, p.Vault, filepath.Join(r.spool, fileName(p.ID)), description, p.Size) {
			if err != nil {
				return err
			}
			if !isOf(p, a.TreeHash) {
				continue
			}
			p.State, p.Archive = record.Packed, a.ID
			r.addPack(p, 0)
			return r.book.SavePack(ctx, &p)
		}
		r.depot.Notice(fmt.Sprintf("the pack %s is not in the spool %q any more; its files are read again", p.ID, r.spool))
	}
	return r.lose(ctx, p)
}

// isThere reports whether the file of a pack is complete in the spool.
func (r *run) isThere(p record.Pack) (bool, error) {
	if p.State != record.Spooled {
		return false, nil
	}
	info, err := os.Lstat(filepath.Join(r.spool, fileName(p.ID)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%w: %w", ErrSpool, err)
	}
	return info.Mode().IsRegular() && info.Size() == p.Size, nil
}

// lose gives a pack up. Its changes are missing: those from where it began, if the record says
// where, or any. So no pack of the snapshot says any more that they are stored.
func (r *run) lose(ctx context.Context, p record.Pack) error {
	began := before
	if p.State == record.Writing && p.Snapshot == r.report.Snapshot.Key {
		began = parsePosition(p.Through, r.trees)
	}
	var others []string // only their ids, as there may be thousands
	for other, err := range r.book.Packs(ctx, p.Snapshot) {
		if err != nil {
			return err
		}
		// The trees of another snapshot are not known here.
		isBeyond := p.Snapshot != r.report.Snapshot.Key || parsePosition(other.Through, r.trees).compare(began) > 0
		if other.Key != p.Key && other.Through != "" && isBeyond {
			others = append(others, other.ID)
		}
	}
	for _, id := range others {
		other, err := r.book.PackByID(ctx, p.Vault, id)
		if err != nil {
			return err
		}
		other.Through = began.text(r.trees)
		if err := r.book.SavePack(ctx, &other); err != nil {
			return err
		}
	}
	p.State, p.Through = record.Lost, ""
	return r.book.SavePack(ctx, &p)
}

// sweep removes files of packs that are stored or lost from the spool. Those of other vaults and
// catalogs stay.
func (r *run) sweep(ctx context.Context, keep []record.Pack) error {
	names, err := os.ReadDir(r.spool)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSpool, err)
	}
	kept := map[string]bool{}
	for _, p := range keep {
		kept[fileName(p.ID)] = true
	}
	for _, entry := range names {
		id, isPack := strings.CutSuffix(entry.Name(), fileName(""))
		if !isPack || kept[entry.Name()] {
			continue
		}
		_, err := r.book.PackByID(ctx, r.depot.Vault.URL(), id)
		if errors.Is(err, vault.ErrNotFound) {
			continue
		}
		if err == nil {
			err = os.Remove(filepath.Join(r.spool, entry.Name()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// begin begins or continues the snapshot.
func (r *run) begin(ctx context.Context) (err error) {
	s := &r.report.Snapshot
	*s = record.Snapshot{ID: depot.NewToken(), Vault: r.depot.Vault.URL(), Host: r.Host, Roots: namesOf(r.trees), Tags: r.Tags}
	if r.report.Continued, err = r.book.Begin(ctx, s); err != nil {
		return err
	}
	s.Skipped = 0
	if len(r.Tags) > 0 { // those of this call count
		s.Tags = r.Tags
	}
	r.first.ID, r.first.Host, r.first.Roots, r.first.Tags, r.first.Started = s.ID, s.Host, s.Roots, s.Tags, s.Started
	r.first.Parent, err = r.book.Parent(ctx, *s)
	return err
}

// continued returns the sequence of the last pack of the snapshot that is not lost, and sets how far
// its packs have all changes.
func (r *run) continued(ctx context.Context) (sequence int, err error) {
	for p, err := range r.book.Packs(ctx, r.report.Snapshot.Key) {
		if err != nil {
			return 0, err
		}
		if p.State == record.Lost { // its number is used again, so that none is missing
			continue
		}
		sequence = p.Sequence
		if at := parsePosition(p.Through, r.trees); at.compare(r.safe) > 0 {
			r.safe = at
		}
	}
	return sequence, nil
}
