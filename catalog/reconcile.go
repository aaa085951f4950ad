package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/table"
	"firn/record"
)

// listsAll is the condition that an inventory covers its whole vault and has no bad entry.
const listsAll = `list_since = '' AND list_until = '' AND list_limit = 0 AND list_marker = '' AND bad = 0`

// FinishInventory saves what follows from an inventory that was read to its end, and sets
// State, Missing and Settled of i. It sorts in what the inventory lists, and saves what
// follows from that in one transaction.
//
// An upload to this vault whose end is unknown becomes Completed if this inventory has an
// archive of its size and tree hash that was created since it began and belongs to no other
// upload. If an older firn did not record the size of a stream, the tree hash alone decides.
//
// An archive becomes Missing if this inventory and the one before it, which both cover the
// whole vault and have no bad entry, do not have it, though it was created more than 48
// hours before the earlier one. (A bad entry could be any archive.)
func (c *Catalog) FinishInventory(ctx context.Context, i *record.Inventory) error {
	after := *i
	after.Missing, after.Settled, after.Updated = 0, 0, c.now().UTC().Round(0)
	err := c.db.Transact(ctx, func(tx *sql.Tx) error { // a transaction of its own, since it may take seconds
		return errors.Join(table.SortInFor(ctx, tx, &after), table.SaveInventory(ctx, tx, &after))
	})
	if err != nil {
		return c.db.Fail(ctx, err, "merge the entries of the inventory of %q", i.Vault)
	}
	after.State = record.Read
	err = c.db.Transact(ctx, func(tx *sql.Tx) (err error) {
		if after.Settled, err = completeUnknown(ctx, tx, after, after.Updated); err != nil {
			return err
		}
		if after.List.IsWhole() && after.Bad == 0 {
			if after.Missing, err = markMissing(ctx, tx, after); err != nil {
				return err
			}
		}
		return table.SaveInventory(ctx, tx, &after)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "finish the inventory of %q", i.Vault)
	}
	*i = after
	return nil
}

// completeUnknown completes the uploads with an unknown end whose archives the inventory
// has, oldest first.
func completeUnknown(ctx context.Context, tx *sql.Tx, i record.Inventory, now time.Time) (completed int64, err error) {
	unknown, err := unknownUploads(ctx, tx, i.Vault)
	if err != nil {
		return 0, err
	}
	for _, u := range unknown {
		a, err := table.ScanKeyed(tx.QueryRowContext(ctx, `SELECT `+table.ArchiveColumns+` FROM archives a
			WHERE a.vault_key = (SELECT key FROM vaults WHERE url = $1) AND a.inventory_key = $2 AND (a.size = $3 OR $3 < 0) AND a.tree_hash = $4 AND a.created >= $5
			AND NOT EXISTS (SELECT 1 FROM uploads u
				WHERE u.vault = $1 AND u.archive_id = a.archive_id AND u.archive_id <> '')
			ORDER BY a.created, a.key LIMIT 1`,
			i.Vault, i.Key, u.Source.Size, table.Digest(u.TreeHash), table.Instant(u.Started.Add(-compare.ClockSkew))))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := completeUpload(ctx, tx, u, a, now); err != nil {
			return 0, err
		}
		completed++
	}
	return completed, nil
}

func unknownUploads(ctx context.Context, tx *sql.Tx, vaultURL string) ([]record.Upload, error) {
	rows, err := tx.QueryContext(ctx, `SELECT key, `+table.UploadColumns+` FROM uploads
		WHERE vault = $1 AND state = 'unknown' AND tree_hash <> '' ORDER BY key`, vaultURL)
	if err != nil {
		return nil, err
	}
	return table.Collect(rows, table.ScanUpload)
}

// completeUpload saves that an upload became an archive.
func completeUpload(ctx context.Context, tx *sql.Tx, u record.Upload, a table.Keyed, now time.Time) error {
	u.State, u.ArchiveID, u.Updated, u.Source.Size = record.Completed, a.ID, now, a.Size
	if err := table.SaveUpload(ctx, tx, &u); err != nil {
		return err
	}
	if err := table.DropParts(ctx, tx, u.Key); err != nil {
		return err
	}
	a.Name = u.Source.Path
	return table.UpdateArchive(ctx, tx, a.Key, a.Archive)
}

// markMissing marks the archives that two whole inventories do not have. It returns their
// number, with those that were marked before.
func markMissing(ctx context.Context, tx *sql.Tx, i record.Inventory) (missing int64, err error) {
	var before table.Instant
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(date), '') FROM inventories
		WHERE vault = $1 AND state = $2 AND date < $3 AND `+listsAll,
		i.Vault, record.Read, table.Instant(i.Date)).Scan(&before)
	if err != nil || time.Time(before).IsZero() {
		return 0, err
	}
	marked, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1,
			state_before = CASE WHEN state = $4 THEN state ELSE state_before END
		WHERE vault_key = (SELECT key FROM vaults WHERE url = $2) AND state IN ($1, $3, $4, $5, $6) AND created < $7
		AND coalesce((SELECT date FROM inventories i WHERE i.key = inventory_key), '') < $8`,
		record.Missing, i.Vault, record.Stored, record.Unproved, record.Confirmed, record.Differing,
		table.Instant(time.Time(before).Add(-compare.ListsLag)), before)
	if err != nil {
		return 0, err
	}
	return marked.RowsAffected()
}
