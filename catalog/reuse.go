package catalog

import (
	"firn/record"
)

// takenOver returns the record of a new archive that has the id of a deleted one. Nothing
// that was known of the deleted archive is true of it. If firn stored the deleted archive,
// its upload is still on record.
func (f *filing) takenOver(e record.Archive) record.Archive {
	e.Vault, e.Seen, e.State, e.Since = f.inventory.Vault, f.inventory.Date, record.Confirmed, f.inventory.Updated
	return e
}

// ofThisArchive is the condition that a row of jobs or downloads belongs to the archive $2
// of the vault $1, and not to another archive that had its id before.
const ofThisArchive = `vault = $1 AND archive_id = $2 AND started >= coalesce((SELECT since FROM archives
	WHERE key = (SELECT archive_key FROM all_ids i
		WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = $2)), '')`
