package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"firn/record"
	"firn/vault"
)

const (
	// archiveColumns are an archive's as scanArchive takes them, of archives a.
	archiveColumns = `a.key, (SELECT url FROM vaults v WHERE v.key = a.vault_key),
		coalesce((SELECT date FROM inventories i WHERE i.key = a.inventory_key), ''), ` + ownColumns

	// ownColumns are those of them that stand in the archive's own row.
	ownColumns = `a.archive_id, a.name, a.mod_time, a.tool, a.description, a.size, a.tree_hash, a.created, a.state,
		a.etag, a.dated, a.state_before, a.deleted, a.since`
)

// keyed is an archive with the catalog's own key of it.
type keyed struct {
	key int64
	record.Archive
}

// fields are where a row of archiveColumns goes.
func (a *keyed) fields() []any {
	return append([]any{&a.key, &a.Vault, (*instant)(&a.Seen)}, a.own()...)
}

// own are where a row of ownColumns goes.
func (a *keyed) own() []any {
	return []any{
		&a.ID, (*raw)(&a.Name), (*instant)(&a.ModTime), &a.Tool, (*raw)(&a.Description), &a.Size,
		(*digest)(&a.TreeHash), (*instant)(&a.Created), &a.State, &a.ETag, (*instant)(&a.Dated),
		&a.Before, (*instant)(&a.Deleted), (*instant)(&a.Since),
	}
}

func scanKeyed(r row) (keyed, error) {
	var a keyed
	err := r.Scan(a.fields()...)
	return a, err
}

func scanArchive(r row) (record.Archive, error) {
	a, err := scanKeyed(r)
	return a.Archive, err
}

// saveArchive writes an archive down that an upload made, over what was known of
// its id. What an inventory has confirmed stays so. Of another archive that had the
// id before nothing stays. What is Deleting or Deleted stays so, with vault.ErrNotFound,
// if it may be this archive: only an upload that was begun after the deletion has made
// another one.
func saveArchive(ctx context.Context, tx *sql.Tx, a record.Archive, u record.Upload) error {
	vaultKey, err := vaultKey(ctx, tx, a.Vault)
	if err != nil {
		return err
	}
	was, err := recorded(ctx, tx, vaultKey, a.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return addArchive(ctx, tx, vaultKey, a)
	}
	if err != nil {
		return err
	}
	switch {
	case was.IsGone() && !u.Started.After(was.Deleted):
		return fmt.Errorf("it is %s: %w", was.State, vault.ErrNotFound)
	case was.IsGone() || hasOtherBytes(was.Archive, a):
		return takeOver(ctx, tx, was.key, a, u.Updated)
	}
	a.Before, a.Deleted = "", time.Time{}
	if was.State == record.Confirmed && a.State == record.Stored {
		a.State = record.Confirmed
	}
	isKnown := was.State == record.Stored || was.State == record.Unproved || was.State == record.Confirmed
	if a.ETag == "" && isKnown { // else it may be that of other bytes
		a.ETag, a.Dated = was.ETag, was.Dated
	}
	a.Since = was.Since
	return updateArchive(ctx, tx, was.key, a)
}

// hasOtherBytes reports whether it is known of both that an archive is another one than
// that which is on record under its id.
func hasOtherBytes(was, a record.Archive) bool {
	return was.Size >= 0 && was.Size != a.Size ||
		!was.TreeHash.IsZero() && was.TreeHash != a.TreeHash ||
		was.ETag != "" && a.ETag != "" && was.ETag != a.ETag
}

// recorded returns what is on record of an archive, or sql.ErrNoRows. It leaves
// no archive unsorted, so that its caller may add and update.
func recorded(ctx context.Context, tx *sql.Tx, vaultKey int64, id vault.ArchiveID) (keyed, error) {
	if _, err := sortIn(ctx, tx); err != nil {
		return keyed{}, err
	}
	return scanKeyed(tx.QueryRowContext(ctx, `SELECT `+archiveColumns+` FROM archives a
		WHERE a.key = (SELECT archive_key FROM ids WHERE vault_key = $1 AND archive_id = $2)`, vaultKey, id))
}

// addArchive adds an archive that is not on record, and sorts it in.
func addArchive(ctx context.Context, tx *sql.Tx, vaultKey int64, a record.Archive) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO archives (vault_key, archive_id, name, base, mod_time, tool, description, size, tree_hash, created, state,
			etag, dated, state_before, deleted, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		vaultKey, a.ID, raw(a.Name), raw(baseName(a.Name)), instant(a.ModTime), a.Tool, raw(a.Description), a.Size,
		digest(a.TreeHash), instant(a.Created), a.State, a.ETag, instant(a.Dated), a.Before, instant(a.Deleted), instant(a.Since))
	if err != nil {
		return err
	}
	_, err = sortIn(ctx, tx)
	return err
}

// updateArchive writes all of an archive down but its vault and its id.
func updateArchive(ctx context.Context, tx *sql.Tx, key int64, a record.Archive) error {
	return resort(ctx, tx, key, func() error {
		_, err := tx.ExecContext(ctx, `UPDATE archives SET
			(name, base, mod_time, tool, description, size, tree_hash, created, state, etag, dated, state_before, deleted, since) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) WHERE key = $15`,
			raw(a.Name), raw(baseName(a.Name)), instant(a.ModTime), a.Tool, raw(a.Description), a.Size,
			digest(a.TreeHash), instant(a.Created), a.State, a.ETag, instant(a.Dated), a.Before, instant(a.Deleted),
			instant(a.Since), key)
		return err
	})
}

// baseName is what follows the last separator of a name. Archives made on Windows
// have backslashes, and are looked for on any system.
func baseName(name string) string {
	name = strings.TrimRight(name, `/\`)
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// FindArchives lists the archives that a vault is known to have and whose bytes
// came from the path name, with this description and size, newest first.
func (c *Catalog) FindArchives(ctx context.Context, vaultURL, name, description string, size int64) iter.Seq2[record.Archive, error] {
	label := slashes(name)
	return list(ctx, c, "find archives by their source", scanArchive,
		`SELECT `+archiveColumns+` FROM archives a WHERE a.key IN (
			SELECT archive_key FROM all_labels WHERE vault_key = (SELECT key FROM vaults WHERE url = $1)
			AND slashed = $2 AND label = $3)
		AND a.name = $4 AND a.description = $5 AND a.size = $6 AND a.state IN ($7, $8)
		ORDER BY a.created DESC, a.key DESC`,
		vaultURL, slashed(label), label, raw(name), raw(description), size, record.Stored, record.Confirmed)
}

// FindNamed lists the archives that a vault is known to have and that are called by
// one of these names, with this size and a tree hash on record, newest first. A name
// is what follows the last slash of an archive's name, or a plain description.
func (c *Catalog) FindNamed(ctx context.Context, vaultURL string, names []string, size int64) iter.Seq2[record.Archive, error] {
	q := query{args: []any{vaultURL}}
	var labelled []string
	for _, name := range names {
		labelled = append(labelled, `SELECT archive_key FROM all_labels WHERE vault_key = (SELECT key FROM vaults WHERE url = $1)
			AND slashed = `+q.arg(slashed(name))+` AND label = `+q.arg(name))
	}
	q.text = foundArchives + strings.Join(labelled, ` UNION ALL `) + `)
		AND a.size = ` + q.arg(size) + ` AND a.tree_hash <> ''
		AND a.state IN (` + q.arg(record.Stored) + `, ` + q.arg(record.Confirmed) + `) ORDER BY a.created DESC, a.key DESC`
	return list(ctx, c, "find archives by their name and size", scanArchive, q.text, q.args...)
}

// Knows reports whether it is on record what a vault holds, or some of it: an
// archive, or an inventory that was read.
func (c *Catalog) Knows(ctx context.Context, vaultURL string) (known bool, err error) {
	err = c.db.Reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM all_ids WHERE vault_key = (SELECT key FROM vaults WHERE url = $1))
		OR EXISTS (SELECT 1 FROM inventories WHERE vault = $1 AND state = $2)`, vaultURL, record.Read).Scan(&known)
	if err != nil {
		return false, c.db.Fail(ctx, err, "find out whether it knows the vault %q", vaultURL)
	}
	return known, nil
}

// Present lists the archives of a vault that are not deleted and whose id is
// behind after, in the order of their ids. An empty after is before all of them.
// Those that came on record later than newest, which NewestArchive told, are left
// out; 0 leaves out none.
func (c *Catalog) Present(ctx context.Context, vaultURL string, newest int64, after vault.ArchiveID) iter.Seq2[record.Archive, error] {
	return list(ctx, c, "list the archives that are not deleted",
		func(r row) (record.Archive, error) {
			var a keyed
			err := r.Scan(append([]any{new(string)}, a.fields()...)...)
			return a.Archive, err
		},
		`SELECT o.archive_id, `+archiveColumns+` FROM all_ids o CROSS JOIN archives a ON a.key = o.archive_key
		WHERE o.vault_key = (SELECT key FROM vaults WHERE url = $1) AND o.archive_id > $2 AND a.state <> $3
			AND ($4 = 0 OR a.key <= $4)
		ORDER BY o.archive_id`, vaultURL, after, record.Deleted, newest)
}

// NewestArchive tells apart what is on record now from what comes later: it is a
// number that every archive to come exceeds, and is never 0.
func (c *Catalog) NewestArchive(ctx context.Context) (int64, error) {
	var key int64
	if err := c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(key), 0) FROM archives`).Scan(&key); err != nil {
		return 0, c.db.Fail(ctx, err, "tell which archive came on record last")
	}
	return max(key, 1), nil
}
