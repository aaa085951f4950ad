package table

import (
	"context"
	"database/sql"
	"strings"

	"firn/catalog/internal/sqlite"
	"firn/record"
	"firn/vault"
)

const (
	// ArchiveColumns are the columns of an archive for ScanKeyed. The query calls the
	// table a.
	ArchiveColumns = `a.key, (SELECT url FROM vaults v WHERE v.key = a.vault_key),
		coalesce((SELECT date FROM inventories i WHERE i.key = a.inventory_key), ''), ` + OwnColumns

	// OwnColumns are those of ArchiveColumns that are in the archive's own row.
	OwnColumns = `a.archive_id, a.name, a.mod_time, a.tool, a.description, a.size, a.tree_hash, a.created, a.state,
		a.etag, a.dated, a.state_before, a.deleted, a.since`
)

// Keyed is an archive with the catalog's own key of it.
type Keyed struct {
	Key int64
	record.Archive
}

// Fields are the destinations of a row of ArchiveColumns.
func (a *Keyed) Fields() []any {
	return append([]any{&a.Key, &a.Vault, (*Instant)(&a.Seen)}, a.Own()...)
}

// Own are the destinations of a row of OwnColumns.
func (a *Keyed) Own() []any {
	return []any{
		&a.ID, (*Raw)(&a.Name), (*Instant)(&a.ModTime), &a.Tool, (*Raw)(&a.Description), &a.Size,
		(*Digest)(&a.TreeHash), (*Instant)(&a.Created), &a.State, &a.ETag, (*Instant)(&a.Dated),
		&a.Before, (*Instant)(&a.Deleted), (*Instant)(&a.Since),
	}
}

// ScanKeyed reads a row of ArchiveColumns.
func ScanKeyed(r Row) (Keyed, error) {
	var a Keyed
	err := r.Scan(a.Fields()...)
	return a, err
}

// ScanArchive reads a row of ArchiveColumns, without the key.
func ScanArchive(r Row) (record.Archive, error) {
	a, err := ScanKeyed(r)
	return a.Archive, err
}

// Recorded returns the archive of a vault that has this id, or sql.ErrNoRows. It leaves no
// archive unsorted, so that the caller may add and update archives.
func Recorded(ctx context.Context, tx *sql.Tx, vaultKey int64, id vault.ArchiveID) (Keyed, error) {
	if _, err := SortIn(ctx, tx); err != nil {
		return Keyed{}, err
	}
	return ScanKeyed(tx.QueryRowContext(ctx, `SELECT `+ArchiveColumns+` FROM archives a
		WHERE a.key = (SELECT archive_key FROM ids WHERE vault_key = $1 AND archive_id = $2)`, vaultKey, id))
}

// AddArchive adds an archive that is not on record, and enters it in the indexes.
func AddArchive(ctx context.Context, tx *sql.Tx, vaultKey int64, a record.Archive) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO archives (vault_key, archive_id, name, base, mod_time, tool, description, size, tree_hash, created, state,
			etag, dated, state_before, deleted, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		vaultKey, a.ID, Raw(a.Name), Raw(BaseName(a.Name)), Instant(a.ModTime), a.Tool, Raw(a.Description), a.Size,
		Digest(a.TreeHash), Instant(a.Created), a.State, a.ETag, Instant(a.Dated), a.Before, Instant(a.Deleted), Instant(a.Since))
	if err != nil {
		return err
	}
	_, err = SortIn(ctx, tx)
	return err
}

// UpdateArchive saves all fields of an archive but its vault and its id.
func UpdateArchive(ctx context.Context, tx *sql.Tx, key int64, a record.Archive) error {
	return resort(ctx, tx, key, func() error {
		_, err := tx.ExecContext(ctx, `UPDATE archives SET
			(name, base, mod_time, tool, description, size, tree_hash, created, state, etag, dated, state_before, deleted, since) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) WHERE key = $15`,
			Raw(a.Name), Raw(BaseName(a.Name)), Instant(a.ModTime), a.Tool, Raw(a.Description), a.Size,
			Digest(a.TreeHash), Instant(a.Created), a.State, a.ETag, Instant(a.Dated), a.Before, Instant(a.Deleted),
			Instant(a.Since), key)
		return err
	})
}

// BaseName is what follows the last slash or backslash of a name. Names from Windows have
// backslashes, and a user may search for them on any system.
func BaseName(name string) string {
	name = strings.TrimRight(name, `/\`)
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// LookUp adds to known, by id, those of the archives that are on record in a vault.
func LookUp(ctx context.Context, tx *sql.Tx, vaultKey int64, archives []record.Archive, known map[vault.ArchiveID]*Keyed) error {
	find := Bulk{Tx: tx, Before: `SELECT ` + ArchiveColumns + ` FROM ids` + sqlite.JoinInOrder + `archives a ON a.key = ids.archive_key
		WHERE ids.vault_key = ? AND ids.archive_id IN (`, Row: `?`, After: `)`}
	return find.Run(len(archives), func(from, to int) error {
		args := []any{vaultKey}
		for _, a := range archives[from:to] {
			args = append(args, a.ID)
		}
		if err := find.prepare(ctx, to-from); err != nil {
			return err
		}
		rows, err := find.statement.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		found, err := Collect(rows, ScanKeyed)
		for _, a := range found {
			known[a.ID] = &a
		}
		return err
	})
}

// InsertArchives inserts archives under their keys and leaves them unsorted. Seen returns
// the key of the inventory that lists an archive, or nil.
func InsertArchives(ctx context.Context, tx *sql.Tx, vaultKey int64, archives []Keyed, seen func(record.Archive) any) error {
	insert := Bulk{
		Tx: tx, Before: `INSERT INTO archives (key, vault_key, archive_id, name, base, mod_time, tool,
		description, size, tree_hash, created, inventory_key, state, etag, dated, state_before, deleted, since) VALUES `,
		Row: `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	}
	return insert.Run(len(archives), func(from, to int) error {
		var args []any
		for _, a := range archives[from:to] {
			args = append(args, a.Key, vaultKey, a.ID, Raw(a.Name), Raw(BaseName(a.Name)), Instant(a.ModTime), a.Tool,
				Raw(a.Description), a.Size, Digest(a.TreeHash), Instant(a.Created), seen(a.Archive), a.State,
				a.ETag, Instant(a.Dated), a.Before, Instant(a.Deleted), Instant(a.Since))
		}
		return insert.Exec(ctx, to-from, args)
	})
}

// OfThisArchive is the condition that a row of jobs or downloads belongs to the archive $2
// of the vault $1, and not to another archive that had its id before.
const OfThisArchive = `vault = $1 AND archive_id = $2 AND started >= coalesce((SELECT since FROM archives
	WHERE key = (SELECT archive_key FROM all_ids i
		WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = $2)), '')`
