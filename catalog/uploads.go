package catalog

import (
	"context"
	"database/sql"
	"iter"

	"firn/catalog/internal/merge"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// SaveUpload saves u and sets u.Updated. If u.Key is 0, u is a new upload, and SaveUpload
// sets its key. Else it replaces the upload of that key, or returns vault.ErrNotFound if
// there is none. If it fails, u is unchanged.
//
// If another process continued the upload after the caller had read it, SaveUpload refuses
// with vault.ErrLocked to undo that: a finished upload stays finished, an archive id stays,
// and an unknown end stays unknown until the vault or an inventory shows the end.
func (c *Catalog) SaveUpload(ctx context.Context, u *record.Upload) error {
	saved := *u
	saved.Updated = c.now().UTC().Round(0)
	err := c.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := checkFollows(ctx, tx, saved); err != nil {
			return err
		}
		return table.SaveUpload(ctx, tx, &saved)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "save the upload of %q to %q", u.Source.Path, u.Vault)
	}
	*u = saved
	return nil
}

// FindUpload returns the newest upload from this path, with this description, to the vault,
// in any state, or vault.ErrNotFound.
func (c *Catalog) FindUpload(ctx context.Context, vaultURL, path, description string) (record.Upload, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND path = $2 AND description = $3`, vaultURL, table.Raw(path), table.Raw(description))
	if err != nil {
		return record.Upload{}, c.db.Fail(ctx, err, "find an upload of %q to %q", path, vaultURL)
	}
	return u, nil
}

// UploadByID returns the newest upload to which the vault gave this id, or
// vault.ErrNotFound.
func (c *Catalog) UploadByID(ctx context.Context, vaultURL string, id vault.UploadID) (record.Upload, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND upload_id = $2 AND upload_id <> ''`, vaultURL, id)
	if err != nil {
		return record.Upload{}, c.db.Fail(ctx, err, "find the upload %q to %q", id, vaultURL)
	}
	return u, nil
}

// PendingUploads lists the uploads from this path, with this description, to the vault that
// may have become archives: the vault was asked to complete them, and the answer is not on
// record. They are in the order in which they began.
func (c *Catalog) PendingUploads(ctx context.Context, vaultURL, path, description string) iter.Seq2[record.Upload, error] {
	return table.List(ctx, c.db, "list the uploads whose result is unknown", table.ScanUpload,
		`SELECT key, `+table.UploadColumns+` FROM uploads
		WHERE vault = $1 AND path = $2 AND description = $3 AND state IN ('completing', 'unknown')
		ORDER BY key`, vaultURL, table.Raw(path), table.Raw(description))
}

// UploadOf returns the newest upload that became the archive, or vault.ErrNotFound.
func (c *Catalog) UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Upload, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND archive_id = $2 AND archive_id <> ''`, vaultURL, id)
	if err != nil {
		return record.Upload{}, c.db.Fail(ctx, err, "find the upload of the archive %q in %q", id, vaultURL)
	}
	return u, nil
}

// newestUpload returns the newest upload u for which a condition is true, or sql.ErrNoRows.
func (c *Catalog) newestUpload(ctx context.Context, condition string, args ...any) (record.Upload, error) {
	return table.ScanUpload(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+table.UploadColumns+` FROM uploads u
		WHERE `+condition+` ORDER BY key DESC LIMIT 1`, args...))
}

// Uploads lists the uploads to a vault, or to all vaults if vaultURL is empty, that are
// unfinished or whose end is unknown, in the order in which they began.
func (c *Catalog) Uploads(ctx context.Context, vaultURL string) iter.Seq2[record.Upload, error] {
	return table.List(ctx, c.db, "list the unfinished uploads", table.ScanUpload,
		`SELECT key, `+table.UploadColumns+` FROM uploads
		WHERE state IN ('initiating', 'open', 'completing', 'unknown') AND `+inVault(vaultURL)+`
		ORDER BY key`, vaultURL)
}

// FinishUpload saves, in one transaction, that the upload became the archive: the upload is
// Completed and has the archive's id, the archive is on record, and the parts are removed
// unless the archive is Unproved. It may be repeated. If it fails, nothing was saved and u
// is unchanged.
func (c *Catalog) FinishUpload(ctx context.Context, u *record.Upload, a record.Archive) error {
	done := *u
	done.State, done.ArchiveID, done.Updated = record.Completed, a.ID, c.now().UTC().Round(0)
	if err := c.finish(ctx, &done, a); err != nil {
		return c.db.Fail(ctx, err, "save the archive %q in %q", a.ID, a.Vault)
	}
	*u = done
	return nil
}

func (c *Catalog) finish(ctx context.Context, u *record.Upload, a record.Archive) error {
	if u.Key == 0 {
		return vault.Errorf(vault.ErrInvalid, "its upload is not on record")
	}
	return c.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := table.SaveUpload(ctx, tx, u); err != nil {
			return err
		}
		if err := merge.SaveArchive(ctx, tx, a, *u); err != nil {
			return err
		}
		if a.State == record.Unproved {
			return nil // its parts may still prove it
		}
		return table.DropParts(ctx, tx, u.Key)
	})
}

// FindUnproved returns the newest upload of a source, with this description, whose archive
// is not proved, and that archive, or vault.ErrNotFound. An archive that became Differing
// is not proved either, as long as the parts are on record.
func (c *Catalog) FindUnproved(ctx context.Context, vaultURL, path, description string) (record.Upload, record.Archive, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND path = $2 AND description = $3 AND state = 'completed' AND EXISTS (
		SELECT 1 FROM all_ids i`+sqlite.JoinInOrder+`archives a ON a.key = i.archive_key
		WHERE i.vault_key = (SELECT key FROM vaults WHERE url = $1) AND i.archive_id = u.archive_id
		AND (a.state = $4 OR a.state = $5 AND EXISTS (SELECT 1 FROM parts p WHERE p.upload_key = u.key)))`,
		vaultURL, table.Raw(path), table.Raw(description), record.Unproved, record.Differing)
	if err != nil {
		return record.Upload{}, record.Archive{}, c.db.Fail(ctx, err, "find an archive of %q in %q that is not proved", path, vaultURL)
	}
	a, err := c.ArchiveByID(ctx, vaultURL, u.ArchiveID)
	if err != nil {
		return record.Upload{}, record.Archive{}, err
	}
	return u, a, nil
}
