package catalog

import (
	"context"
	"database/sql"
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
		key, err := vaultKey(ctx, tx, vaultURL)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO archives (vault_key, archive_id, name, mod_time, tool, description, size, tree_hash, created, state)
				VALUES ($1, $2, x'', '', '', x'', $3, '', '', $4)
				ON CONFLICT (vault_key, archive_id) DO UPDATE SET state = excluded.state WHERE state <> $5`,
				key, id, unknownSize, record.Deleting, record.Deleted); err != nil {
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
		key, err := vaultKey(ctx, tx, vaultURL)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `
				UPDATE archives SET state = CASE WHEN inventory_key IS NULL THEN $3 ELSE $4 END
				WHERE vault_key = $1 AND archive_id = $2 AND state = $5`,
				key, id, record.Stored, record.Confirmed, record.Deleting); err != nil {
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
		var key int64
		if err := tx.QueryRowContext(ctx, `INSERT INTO vaults (url, deleted) VALUES ($1, $2)
			ON CONFLICT (url) DO UPDATE SET deleted = excluded.deleted RETURNING key`,
			vaultURL, instant(c.now())).Scan(&key); err != nil {
			return err
		}
		for _, id := range ids {
			done, err := tx.ExecContext(ctx, `UPDATE archives SET state = $3 WHERE vault_key = $1 AND archive_id = $2`,
				key, id, record.Deleted)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				unknown = append(unknown, id)
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
