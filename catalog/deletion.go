package catalog

import (
	"context"
	"database/sql"
	"time"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// unknownSize is the size of an archive of which only the id is known.
const unknownSize = -1

// MarkDeleting saves, in one transaction, that the vault is about to be asked to delete
// archives, the time, and the state that each had before: Unproved if it was never proved.
// The caller gives each archive as it was on record when the user chose it. An archive
// without a State was not on record: it is added, with size -1 and no hash.
//
// An archive that is Deleted by now, or that has changed, stays as it is and is returned as
// it is on record. The vault must not be asked to delete it: the id may belong to a new
// archive.
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
				return table.AddArchive(ctx, tx, m.vaultKey, record.Archive{
					ID: m.id, Size: unknownSize, State: record.Deleting, Before: record.Stored, Deleted: at,
				})
			case m.State == record.Deleted || !isStill(was[m.id], m.Archive):
				left = append(left, m.Archive)
				return nil
			}
			_, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1, deleted = $2,
				state_before = CASE WHEN state = $1 OR state_before = $4 THEN state_before ELSE state END WHERE key = $3`,
				record.Deleting, table.Instant(at), m.Key, record.Unproved)
			return err
		})
	})
	if err != nil {
		return nil, c.db.Fail(ctx, err, "record that archives in %q are about to be deleted", vaultURL)
	}
	return left, nil
}

// isStill reports whether an archive is the same as when it was chosen. An inventory may
// have confirmed it since. If only its id was known, nothing can have changed.
func isStill(was, is record.Archive) bool {
	if was.State == "" {
		return true
	}
	confirmed := was.State == record.Stored && is.State == record.Confirmed
	return (was.State == is.State || confirmed) && was.Size == is.Size && was.TreeHash == is.TreeHash &&
		was.Created.Equal(is.Created) && was.ETag == is.ETag && was.Dated.Equal(is.Dated) && was.Since.Equal(is.Since)
}

// MarkRefused saves, in one transaction, that the vault refused to delete archives. Those
// that are Deleting get back the state before, or the state that an inventory gave them
// since; others stay as they are.
func (c *Catalog) MarkRefused(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	err := c.mark(ctx, vaultURL, ids, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = coalesce(nullif(state_before, ''), $3), state_before = '', deleted = ''
			WHERE key = $1 AND state = $2`, m.Key, record.Deleting, record.Stored)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "record that archives in %q are not deleted", vaultURL)
	}
	return nil
}

// MarkDeleted saves, in one transaction, that the vault accepted to delete archives, and
// when. It may be repeated. vault.ErrNotFound means that one of them is not on record; the
// others are saved.
func (c *Catalog) MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	var unknown []vault.ArchiveID
	at := table.Instant(c.now())
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		unknown = nil
		err := eachMarked(ctx, tx, vaultURL, ids, func(m marking) error {
			if !m.known {
				unknown = append(unknown, m.id)
				return nil
			}
			_, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1, deleted = $2,
				state_before = CASE WHEN state IN ($1, $3) OR state_before = $5 THEN state_before ELSE state END WHERE key = $4`,
				record.Deleted, at, record.Deleting, m.Key, record.Unproved)
			return err
		})
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE vaults SET deleted = $1 WHERE url = $2`, at, vaultURL)
		}
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "record that archives in %q are deleted", vaultURL)
	}
	if len(unknown) > 0 {
		return vault.Errorf(vault.ErrNotFound, "catalog %q has no archive %q in %q", c.db.Path, unknown[0], vaultURL)
	}
	return nil
}

// LastDeleted returns when MarkDeleted was last called for a vault, or the zero time.
func (c *Catalog) LastDeleted(ctx context.Context, vaultURL string) (time.Time, error) {
	var at table.Instant
	err := c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(deleted), '') FROM vaults WHERE url = $1`, vaultURL).Scan(&at)
	if err != nil {
		return time.Time{}, c.db.Fail(ctx, err, "find the last deletion from %q", vaultURL)
	}
	return time.Time(at), nil
}
