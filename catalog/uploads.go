package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"firn/record"
	"firn/vault"
)

const uploadColumns = `vault, path, source_size, mod_time, change_time, inode, description,
	part_size, upload_id, state, archive_id, tree_hash, started, updated, sent, busy, name, class`

// SaveUpload writes u down: as a new upload, whose key it sets, if u.Key is 0,
// else over the upload of that key, or vault.ErrNotFound. It sets u.Updated. If
// it fails, u is as it was.
//
// What is known is not lost to a caller who read the upload before somebody else
// went on with it, which is vault.ErrLocked: a finished upload stays finished, an
// archive id stays, and one whose end is unknown stays so until the vault or an
// inventory tells.
func (c *Catalog) SaveUpload(ctx context.Context, u *record.Upload) error {
	saved := *u
	saved.Updated = c.now().UTC().Round(0)
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		if err := checkFollows(ctx, tx, saved); err != nil {
			return err
		}
		return saveUpload(ctx, tx, &saved)
	})
	if err != nil {
		return c.db.Fail(ctx, err, "save the upload of %q to %q", u.Source.Path, u.Vault)
	}
	*u = saved
	return nil
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func saveUpload(ctx context.Context, q querier, u *record.Upload) error {
	values := []any{
		u.Vault, raw(u.Source.Path), u.Source.Size, instant(u.Source.ModTime), instant(u.Source.Change),
		bits(u.Source.Inode), raw(u.Description), u.PartSize, u.ID, u.State, u.ArchiveID,
		digest(u.TreeHash), instant(u.Started), instant(u.Updated), u.Sent, u.Busy, raw(u.Name), u.Class,
	}
	query := `INSERT INTO uploads (` + uploadColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		RETURNING key`
	if u.Key != 0 {
		values = append(values, u.Key)
		query = `UPDATE uploads SET (` + uploadColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
			WHERE key = $19 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&u.Key)
}

// FindUpload returns the newest attempt to bring the source of this path, with
// this description, into the vault, whatever its state, or vault.ErrNotFound.
func (c *Catalog) FindUpload(ctx context.Context, vaultURL, path, description string) (record.Upload, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND path = $2 AND description = $3`, vaultURL, raw(path), raw(description))
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

// PendingUploads lists the attempts to bring the source of this path, with this
// description, into the vault of which it is not known whether they became archives:
// those that the vault was asked to complete, in the order in which they began.
func (c *Catalog) PendingUploads(ctx context.Context, vaultURL, path, description string) iter.Seq2[record.Upload, error] {
	return list(ctx, c, "list the uploads whose end is not known", scanUpload,
		`SELECT key, `+uploadColumns+` FROM uploads
		WHERE vault = $1 AND path = $2 AND description = $3 AND state IN ('completing', 'unknown')
		ORDER BY key`, vaultURL, raw(path), raw(description))
}

// UploadOf returns the newest upload that became the archive, or vault.ErrNotFound.
func (c *Catalog) UploadOf(ctx context.Context, vaultURL string, id vault.ArchiveID) (record.Upload, error) {
	u, err := c.newestUpload(ctx, `vault = $1 AND archive_id = $2 AND archive_id <> ''`, vaultURL, id)
	if err != nil {
		return record.Upload{}, c.db.Fail(ctx, err, "find the upload of the archive %q in %q", id, vaultURL)
	}
	return u, nil
}

// newestUpload returns the newest upload u that fulfils a condition, or sql.ErrNoRows.
func (c *Catalog) newestUpload(ctx context.Context, condition string, args ...any) (record.Upload, error) {
	return scanUpload(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads u
		WHERE `+condition+` ORDER BY key DESC LIMIT 1`, args...))
}

// Uploads lists the uploads that are not settled, in the order in which they
// began: those on their way and those whose end is unknown. Of all vaults if
// vaultURL is empty.
func (c *Catalog) Uploads(ctx context.Context, vaultURL string) iter.Seq2[record.Upload, error] {
	return list(ctx, c, "list the unfinished uploads", scanUpload,
		`SELECT key, `+uploadColumns+` FROM uploads
		WHERE state IN ('initiating', 'open', 'completing', 'unknown') AND `+inVault(vaultURL)+`
		ORDER BY key`, vaultURL)
}

func scanUpload(r row) (record.Upload, error) {
	var u record.Upload
	err := r.Scan(&u.Key, &u.Vault, (*raw)(&u.Source.Path), &u.Source.Size, (*instant)(&u.Source.ModTime),
		(*instant)(&u.Source.Change), (*bits)(&u.Source.Inode), (*raw)(&u.Description), &u.PartSize, &u.ID, &u.State,
		&u.ArchiveID, (*digest)(&u.TreeHash), (*instant)(&u.Started), (*instant)(&u.Updated), &u.Sent, &u.Busy,
		(*raw)(&u.Name), &u.Class)
	return u, err
}

// FinishUpload writes down that the upload became the archive, in one
// transaction: the upload is Completed and has the archive's id, the archive is
// there, and the parts are forgotten, unless it is Unproved. It may be repeated. If it
// fails, nothing of it was done and u is as it was.
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
		return fmt.Errorf("its upload was never saved: %w", vault.ErrInvalid)
	}
	return c.db.Transact(ctx, func(tx *sql.Tx) error {
		if err := saveUpload(ctx, tx, u); err != nil {
			return err
		}
		if err := saveArchive(ctx, tx, a, *u); err != nil {
			return err
		}
		if a.State == record.Unproved {
			return nil // its parts are what proves it
		}
		return dropParts(ctx, tx, u.Key)
	})
}
