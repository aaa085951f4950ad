package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// MarkLooked saves that firn looked for an archive at the vault and found that it is
// Missing or Differing. An archive that is not on record, or is Deleting or Deleted, stays
// as it is. If the archive was Unproved, MarkLooked removes the parts that could have
// proved it: its bytes are not there.
func (c *Catalog) MarkLooked(ctx context.Context, vaultURL string, id vault.ArchiveID, state record.ArchiveState) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if m.IsGone() {
			return nil
		}
		unproved := compare.IsUnproved(m.Archive)
		if unproved {
			if err := dropProof(ctx, m.tx, vaultURL, id); err != nil {
				return err
			}
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1, state_before = $2 WHERE key = $3`,
			state, compare.Hidden(state, unproved), m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archive %q in %q is %s", id, vaultURL, state)
	}
	return nil
}

// NoteTreeHash saves the tree hash that a vault has for an archive. It keeps a tree hash that
// is on record already.
func (c *Catalog) NoteTreeHash(ctx context.Context, vaultURL string, id vault.ArchiveID, hash treehash.Hash) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET tree_hash = $1 WHERE key = $2 AND tree_hash = ''`, table.Digest(hash), m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the tree hash of archive %q in %q", id, vaultURL)
	}
	return nil
}

// NoteETag saves the vault's ETag and date of an archive that was just stored. It changes
// only an archive that is Stored, Confirmed or Unproved.
func (c *Catalog) NoteETag(ctx context.Context, vaultURL string, id vault.ArchiveID, etag string, dated time.Time) error {
	err := c.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return eachMarked(ctx, tx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
			if !m.known {
				return nil
			}
			_, err := tx.ExecContext(ctx, `UPDATE archives SET (etag, dated) = ($1, $2) WHERE key = $3 AND state IN ($4, $5, $6)`,
				etag, table.Instant(dated), m.Key, record.Stored, record.Confirmed, record.Unproved)
			return err
		})
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note the ETag of archive %q in %q", id, vaultURL)
	}
	return nil
}

// marking is an archive whose state is about to be changed.
type marking struct {
	tx          *sql.Tx
	vaultKey    int64
	id          vault.ArchiveID
	known       bool // it is on record,
	table.Keyed      // as this
}

// mark calls note with each of the archives of a vault that is on record, in one
// transaction.
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
	vaultKey, err := table.VaultKey(ctx, tx, vaultURL)
	if err != nil {
		return err
	}
	for _, id := range ids {
		a, err := table.Recorded(ctx, tx, vaultKey, id)
		known := !errors.Is(err, sql.ErrNoRows)
		if err != nil && known {
			return err
		}
		if err := note(marking{tx: tx, vaultKey: vaultKey, id: id, known: known, Keyed: a}); err != nil {
			return err
		}
	}
	return nil
}

// dropProof removes the parts that could prove an archive.
func dropProof(ctx context.Context, tx *sql.Tx, vaultURL string, id vault.ArchiveID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM parts WHERE upload_key IN (SELECT key FROM uploads
		WHERE vault = $1 AND archive_id = $2 AND archive_id <> '' AND state = 'completed')`, vaultURL, id)
	return err
}

// MarkProved saves that all bytes of an archive were read back and compared with its tree
// hash. If the archive was Unproved, it becomes Stored, or Confirmed if an inventory has
// it, and MarkProved removes the parts that could have proved it.
func (c *Catalog) MarkProved(ctx context.Context, vaultURL string, id vault.ArchiveID) error {
	err := c.mark(ctx, vaultURL, []vault.ArchiveID{id}, func(m marking) error {
		if m.IsGone() || !compare.IsUnproved(m.Archive) {
			return nil
		}
		state := m.State
		if state == record.Unproved {
			if state = record.Stored; !m.Seen.IsZero() {
				state = record.Confirmed
			}
		}
		if err := dropProof(ctx, m.tx, vaultURL, id); err != nil {
			return err
		}
		_, err := m.tx.ExecContext(ctx, `UPDATE archives SET state = $1, state_before = '' WHERE key = $2`, state, m.Key)
		return err
	})
	if err != nil {
		return c.db.Fail(ctx, err, "note that archive %q in %q is proved", id, vaultURL)
	}
	return nil
}
