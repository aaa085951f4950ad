package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/record"
)

// listsAll is the condition that an inventory lists its whole vault, and that all
// of it could be read.
const listsAll = `list_since = '' AND list_until = '' AND list_limit = 0 AND list_marker = '' AND bad = 0`

const (
	// settleAfter is how old an archive must be before an inventory that does not
	// list it means anything: they are made about once a day.
	settleAfter = 48 * time.Hour
	// clockSkew is by how much our clock may differ from that of a service that
	// takes our signatures.
	clockSkew = 15 * time.Minute
)

// FinishInventory works out, in one transaction, what a wholly read inventory
// means, and sets State, Missing and Settled of i.
//
// An upload of this vault whose end is unknown is Completed if this inventory
// lists an archive of its size and tree hash that was created since it began and
// belongs to no other upload. If an older firn did not record the size of a stream, the
// tree hash alone decides. If the inventory lists the whole vault and has no bad entry,
// which could be anything that it seems to lack, archives that were made more than 48
// hours before the like one before it, and that no inventory since then lists, become
// Missing.
func (c *Catalog) FinishInventory(ctx context.Context, i *record.Inventory) error {
	after := *i
	after.Missing, after.Settled, after.Updated = 0, 0, c.now().UTC().Round(0)
	err := c.db.Transact(ctx, func(tx *sql.Tx) error { // by itself, since it may take seconds
		return errors.Join(sortInFor(ctx, tx, &after), saveInventory(ctx, tx, &after))
	})
	if err != nil {
		return c.db.Fail(ctx, err, "sort in what the inventory of %q lists", i.Vault)
	}
	after.State = record.Read
	err = c.db.Transact(ctx, func(tx *sql.Tx) (err error) {
		if after.Settled, err = settleUploads(ctx, tx, after, after.Updated); err != nil {
			return err
		}
		if after.List.IsWhole() && after.Bad == 0 {
			if after.Missing, err = markMissing(ctx, tx, after); err != nil {
				return err
			}
		}
		return saveInventory(ctx, tx, &after)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "finish the inventory of %q", i.Vault)
	}
	*i = after
	return nil
}

// settleUploads completes the uploads whose archives the inventory lists, oldest
// first.
func settleUploads(ctx context.Context, tx *sql.Tx, i record.Inventory, now time.Time) (settled int64, err error) {
	unknown, err := unknownUploads(ctx, tx, i.Vault)
	if err != nil {
		return 0, err
	}
	for _, u := range unknown {
		a, err := scanKeyed(tx.QueryRowContext(ctx, `SELECT `+archiveColumns+` FROM archives a
			WHERE a.vault_key = (SELECT key FROM vaults WHERE url = $1) AND a.inventory_key = $2 AND (a.size = $3 OR $3 < 0) AND a.tree_hash = $4 AND a.created >= $5
			AND NOT EXISTS (SELECT 1 FROM uploads u
				WHERE u.vault = $1 AND u.archive_id = a.archive_id AND u.archive_id <> '')
			ORDER BY a.created, a.key LIMIT 1`,
			i.Vault, i.Key, u.Source.Size, digest(u.TreeHash), instant(u.Started.Add(-clockSkew))))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := settle(ctx, tx, u, a, now); err != nil {
			return 0, err
		}
		settled++
	}
	return settled, nil
}

func unknownUploads(ctx context.Context, tx *sql.Tx, vaultURL string) ([]record.Upload, error) {
	rows, err := tx.QueryContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads
		WHERE vault = $1 AND state = 'unknown' AND tree_hash <> '' ORDER BY key`, vaultURL)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanUpload)
}

// settle writes down that an upload became an archive.
func settle(ctx context.Context, tx *sql.Tx, u record.Upload, a keyed, now time.Time) error {
	u.State, u.ArchiveID, u.Updated, u.Source.Size = record.Completed, a.ID, now, a.Size
	if err := saveUpload(ctx, tx, &u); err != nil {
		return err
	}
	if err := dropParts(ctx, tx, u.Key); err != nil {
		return err
	}
	a.Name = u.Source.Path
	return updateArchive(ctx, tx, a.key, a.Archive)
}

// markMissing marks what two whole inventories do not list and counts it, with
// what was marked before.
func markMissing(ctx context.Context, tx *sql.Tx, i record.Inventory) (missing int64, err error) {
	var before instant
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(date), '') FROM inventories
		WHERE vault = $1 AND state = $2 AND date < $3 AND `+listsAll,
		i.Vault, record.Read, instant(i.Date)).Scan(&before)
	if err != nil || time.Time(before).IsZero() {
		return 0, err
	}
	marked, err := tx.ExecContext(ctx, `UPDATE archives SET state = $1,
			state_before = CASE WHEN state = $4 THEN state ELSE state_before END
		WHERE vault_key = (SELECT key FROM vaults WHERE url = $2) AND state IN ($1, $3, $4, $5, $6) AND created < $7
		AND coalesce((SELECT date FROM inventories i WHERE i.key = inventory_key), '') < $8`,
		record.Missing, i.Vault, record.Stored, record.Unproved, record.Confirmed, record.Differing,
		instant(time.Time(before).Add(-settleAfter)), before)
	if err != nil {
		return 0, err
	}
	return marked.RowsAffected()
}
