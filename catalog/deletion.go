package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"firn/record"
	"firn/vault"
)

// unknownSize is the size of an archive of which only the id is known.
const unknownSize = -1

// MarkDeleting writes down, in one transaction, that the vault is about to be
// asked to delete archives, when, and the state that they had before: Unproved if they
// are not proved, whatever else is known of them. Each is given as it was on record
// when somebody chose it, and without a State if it was not: then it is added, with size
// -1 and no hash.
//
// What is Deleted by now, or is not what it was, stays as it is and is returned, as it
// is on record. Of those the vault must not be asked: by now somebody else's archive
// may have the id.
func (c *Catalog) MarkDeleting(ctx context.Context, vaultURL string, chosen []record.Archive) (left []record.Archive, err error) {
	at := c.now().UTC().Round(0)
	was := make(map[vault.ArchiveID]record.Archive, len(chosen))
	ids := make([]vault.ArchiveID, len(chosen))
	for i, a := range chosen {
		was[a.ID], ids[i] = a, a.ID
	}
	err = c.db.Transact(ctx, func(tx *sql.Tx) error {
		left = nil
		return eachMarked(ctx, tx, vaultURL, ids, func(m marking) error {
			switch {
			case !m.known:
				return addArchive(ctx, tx, m.vaultKey, record.Archive{
					ID: m.id, Size: unknownSize, State: record.Deleting, Before: record.Stored, Deleted: at,
				})
			case m.State == record.Deleted || !isStill(was[m.id], m.Archive):
				left = append(left, m.Archive)
				return nil
			}
			_, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1, deleted = $2,
				state_before = CASE WHEN state = $1 OR state_before = $4 THEN state_before ELSE state END WHERE key = $3`,
				record.Deleting, instant(at), m.key, record.Unproved)
			return err
		})
	})
	if err != nil {
		return nil, c.db.Fail(ctx, err, "note that archives in %q are about to be deleted", vaultURL)
	}
	return left, nil
}

// isStill reports whether an archive is what it was. An inventory may have listed it
// meanwhile. Of one of which only its id was known, nothing can differ.
func isStill(was, is record.Archive) bool {
	if was.State == "" {
		return true
	}
	confirmed := was.State == record.Stored && is.State == record.Confirmed
	return (was.State == is.State || confirmed) && was.Size == is.Size && was.TreeHash == is.TreeHash &&
		was.Created.Equal(is.Created) && was.ETag == is.ETag && was.Dated.Equal(is.Dated) && was.Since.Equal(is.Since)
}

// MarkRefused writes down, in one transaction, that the vault refused to delete
// archives. Those that are Deleting are again what they were before, or what an
// inventory has told since; others stay as they are.
func (c *Catalog) MarkRefused(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	err := c.mark(ctx, vaultURL, ids, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = coalesce(nullif(state_before, ''), $3), state_before = '', deleted = ''
			WHERE key = $1 AND state = $2`, m.key, record.Deleting, record.Stored)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archives in %q are not deleted", vaultURL)
	}
	return nil
}

// MarkDeleted writes down, in one transaction, that the vault accepted to delete
// archives, and when. It may be repeated. vault.ErrNotFound means that the
// catalog does not know one of them; the others are noted all the same.
func (c *Catalog) MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	var unknown []vault.ArchiveID
	at := instant(c.now())
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		unknown = nil
		err := eachMarked(ctx, tx, vaultURL, ids, func(m marking) error {
			if !m.known {
				unknown = append(unknown, m.id)
				return nil
			}
			_, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1, deleted = $2,
				state_before = CASE WHEN state IN ($1, $3) OR state_before = $5 THEN state_before ELSE state END WHERE key = $4`,
				record.Deleted, at, record.Deleting, m.key, record.Unproved)
			return err
		})
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE vaults SET deleted = $1 WHERE url = $2`, at, vaultURL)
		}
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archives in %q are deleted", vaultURL)
	}
	if len(unknown) > 0 {
		return fmt.Errorf("catalog %q has no archive %q in %q: %w", c.db.Path, unknown[0], vaultURL, vault.ErrNotFound)
	}
	return nil
}

// marking is an archive of which something is noted.
type marking struct {
	tx       *sql.Tx
	vaultKey int64
	id       vault.ArchiveID
	known    bool // it is on record,
	keyed         // as this
}

// mark is eachMarked in a transaction of its own, of those that are on record.
func (c *Catalog) mark(ctx context.Context, vaultURL string, ids []vault.ArchiveID, note func(marking) error) error {
	return c.db.Transact(ctx, func(tx *sql.Tx) error {
		return eachMarked(ctx, tx, vaultURL, ids, func(m marking) error {
			if !m.known {
				return nil
			}
			return note(m)
		})
	})
}

// eachMarked calls note with each of the archives of a vault.
func eachMarked(ctx context.Context, tx *sql.Tx, vaultURL string, ids []vault.ArchiveID, note func(marking) error) error {
	vaultKey, err := vaultKey(ctx, tx, vaultURL)
	if err != nil {
		return err
	}
	for _, id := range ids {
		a, err := recorded(ctx, tx, vaultKey, id)
		known := !errors.Is(err, sql.ErrNoRows)
		if err != nil && known {
			return err
		}
		if err := note(marking{tx: tx, vaultKey: vaultKey, id: id, known: known, keyed: a}); err != nil {
			return err
		}
	}
	return nil
}

// LastDeleted tells when MarkDeleted was last called for a vault, the zero time
// if it never was.
func (c *Catalog) LastDeleted(ctx context.Context, vaultURL string) (time.Time, error) {
	var at instant
	err := c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(deleted), '') FROM vaults WHERE url = $1`, vaultURL).Scan(&at)
	if err != nil {
		return time.Time{}, c.db.Fail(ctx, err, "tell when something was last deleted from %q", vaultURL)
	}
	return time.Time(at), nil
}
