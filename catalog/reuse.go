package catalog

import (
	"context"
	"database/sql"
	"time"

	"firn/record"
)

// deletion is what an entry says of an archive that the vault was asked to delete.
type deletion int

const (
	none        deletion = iota // it was not asked
	listedStill                 // nothing: lists go on naming a deleted archive for a day or two
	returned                    // the archive is there, so it was not deleted, or that was undone
	another                     // the id stands for other bytes now, which came after it
)

// deletion judges by an entry whether an archive is gone. Ids of Amazon Glacier and
// of a directory never come back, and their lists lag. A key of a bucket comes back
// with whatever is stored under it, and the list is that of the moment: it has an
// ETag. So an object is another one unless it is proved to be that which was deleted.
//
// A list that was begun before the deletion says nothing of it.
func (f *filing) deletion(was, e record.Archive) deletion {
	switch {
	case !was.IsGone():
		return none
	case f.inventory.Date.Before(was.Deleted):
		return listedStill
	case isAnother(was, e):
		return another
	case f.inventory.Date.After(was.Deleted.Add(settleAfter)):
		return returned
	}
	return listedStill
}

// isAnother reports whether an entry is not of the archive that was deleted. Where
// the vault's own ETag and date of that are on record no clock of ours matters.
func isAnother(was, e record.Archive) bool {
	switch {
	case e.ETag == "":
		return e.Created.After(was.Deleted.Add(clockSkew))
	case was.ETag == "":
		return differs(was, e) || e.Created.After(was.Deleted.Add(-clockSkew))
	}
	return was.ETag != e.ETag || !e.Dated.Truncate(time.Second).Equal(was.Dated.Truncate(time.Second))
}

// takenOver is an entry as the record has it of an archive that has taken over an
// id. Nothing that was known of the one before is true of it. That one is gone for
// good; if firn stored it, its upload still tells what it was.
func (f *filing) takenOver(e record.Archive) record.Archive {
	e.Vault, e.Seen, e.State, e.Since = f.inventory.Vault, f.inventory.Date, record.Confirmed, f.inventory.Updated
	return e
}

// takeOver writes an archive down that an upload has made under the id of another
// one. No inventory lists it yet.
func takeOver(ctx context.Context, tx *sql.Tx, key int64, a record.Archive, now time.Time) error {
	a.Since = now
	if err := updateArchive(ctx, tx, key, a); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE archives SET inventory_key = NULL WHERE key = $1`, key)
	return err
}

// ofThisArchive is the condition that a row of jobs or downloads is of the archive
// $2 of the vault $1, and not of one that had its id before.
const ofThisArchive = `vault = $1 AND archive_id = $2 AND started >= coalesce((SELECT since FROM archives
	WHERE key = (SELECT archive_key FROM all_ids i
		WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = $2)), '')`
