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
// asked to delete archives. Ids that are not on record are added, with size -1
// and no hash; what is deleted stays so.
func (c *Catalog) MarkDeleting(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	err := c.transact(ctx, func(tx *sql.Tx) error {
		vaultKey, err := vaultKey(ctx, tx, vaultURL)
		if err != nil {
			return err
		}
		for _, id := range ids {
			a, err := recorded(ctx, tx, vaultKey, id)
			switch {
			case errors.Is(err, sql.ErrNoRows):
				err = addArchive(ctx, tx, vaultKey, record.Archive{ID: id, Size: unknownSize, State: record.Deleting})
			case err == nil && a.State != record.Deleted:
				_, err = tx.ExecContext(ctx, `UPDATE archives SET state = $1 WHERE key = $2`, record.Deleting, a.key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return c.fail(ctx, err, "note that archives in %q are about to be deleted", vaultURL)
	}
	return nil
}

// MarkRefused writes down, in one transaction, that the vault refused to delete
// archives. Those that are Deleting are Confirmed again if an inventory lists
// them, else Stored; others stay as they are.
func (c *Catalog) MarkRefused(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	err := c.transact(ctx, func(tx *sql.Tx) error {
		vaultKey, err := vaultKey(ctx, tx, vaultURL)
		if err != nil {
			return err
		}
		for _, id := range ids {
			a, err := recorded(ctx, tx, vaultKey, id)
			if err == nil {
				_, err = tx.ExecContext(ctx, `
					UPDATE archives SET state = CASE WHEN inventory_key IS NULL THEN $1 ELSE $2 END
					WHERE key = $3 AND state = $4`, record.Stored, record.Confirmed, a.key, record.Deleting)
			}
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return c.fail(ctx, err, "note that archives in %q are not deleted", vaultURL)
	}
	return nil
}

// MarkDeleted writes down, in one transaction, that the vault accepted to delete
// archives, and when. It may be repeated. vault.ErrNotFound means that the
// catalog does not know one of them; the others are noted all the same.
func (c *Catalog) MarkDeleted(ctx context.Context, vaultURL string, ids []vault.ArchiveID) error {
	var unknown []vault.ArchiveID
	err := c.transact(ctx, func(tx *sql.Tx) error {
		unknown = nil
		vaultKey, err := vaultKey(ctx, tx, vaultURL)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE vaults SET deleted = $1 WHERE key = $2`, instant(c.now()), vaultKey); err != nil {
			return err
		}
		for _, id := range ids {
			a, err := recorded(ctx, tx, vaultKey, id)
			if errors.Is(err, sql.ErrNoRows) {
				unknown = append(unknown, id)
				continue
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, `UPDATE archives SET state = $1 WHERE key = $2`, record.Deleted, a.key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return c.fail(ctx, err, "note that archives in %q are deleted", vaultURL)
	}
	if len(unknown) > 0 {
		return fmt.Errorf("catalog %q has no archive %q in %q: %w", c.path, unknown[0], vaultURL, vault.ErrNotFound)
	}
	return nil
}

// LastDeleted tells when MarkDeleted was last called for a vault, the zero time
// if it never was.
func (c *Catalog) LastDeleted(ctx context.Context, vaultURL string) (time.Time, error) {
	var at instant
	err := c.reader.QueryRowContext(ctx, `SELECT coalesce(max(deleted), '') FROM vaults WHERE url = $1`, vaultURL).Scan(&at)
	if err != nil {
		return time.Time{}, c.fail(ctx, err, "tell when something was last deleted from %q", vaultURL)
	}
	return time.Time(at), nil
}
