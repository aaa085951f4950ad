package merge

import (
	"context"
	"database/sql"
	"errors"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/contents"
	"firn/catalog/internal/table"
	"firn/record"
)

// oneUpload adds an upload, or replaces the state on record if that is older. If both
// records have the same state, it adds the parts that are not on record: an earlier import
// may have failed before it added them.
func (m *outcome) oneUpload(ctx context.Context, tx *sql.Tx, u contents.Upload) (isNews bool, err error) {
	if !u.Continues {
		if m.upload, isNews, err = mergeUpload(ctx, tx, u.Upload); err != nil {
			return false, err
		}
	}
	if m.upload == 0 {
		return false, nil
	}
	for _, p := range u.Parts {
		if err := table.AddPart(ctx, tx, m.upload, p); err != nil {
			return false, err
		}
	}
	return isNews, nil
}

// mergeUpload returns the key of an upload on record, or 0 if the state on record is later.
// If it saved the upload, no parts are on record.
func mergeUpload(ctx context.Context, tx *sql.Tx, u record.Upload) (key int64, isNews bool, err error) {
	was, err := table.ScanUpload(tx.QueryRowContext(ctx, `SELECT key, `+table.UploadColumns+` FROM uploads
		WHERE vault = $1 AND path = $2 AND description = $3 AND started = $4`,
		u.Vault, table.Raw(u.Source.Path), table.Raw(u.Description), table.Instant(u.Started)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return 0, false, err
	case u.State == was.State && u.State != record.Completed && u.Updated.Equal(was.Updated):
		return was.Key, false, nil
	case compare.Later(was, u) == was:
		return 0, false, nil
	}
	u.Key = was.Key
	if err := table.SaveUpload(ctx, tx, &u); err != nil {
		return 0, false, err
	}
	return u.Key, true, table.DropParts(ctx, tx, u.Key)
}

// oneDownload is oneUpload for a download. Nobody checks here that its segments are in the
// file: the run that continues the download hashes them again.
func (m *outcome) oneDownload(ctx context.Context, tx *sql.Tx, d contents.Download) (isNews bool, err error) {
	if !d.Continues {
		if m.download, isNews, err = mergeDownload(ctx, tx, d.Download); err != nil {
			return false, err
		}
	}
	if m.download == 0 {
		return false, nil
	}
	for _, s := range d.Segments {
		if err := table.AddSegment(ctx, tx, m.download, s); err != nil {
			return false, err
		}
	}
	return isNews, nil
}

// mergeDownload returns the key of a download on record, or 0 if the state on record is
// later. If it saved the download, no segments are on record.
func mergeDownload(ctx context.Context, tx *sql.Tx, d record.Download) (key int64, isNews bool, err error) {
	was, err := table.ScanDownload(tx.QueryRowContext(ctx, `SELECT key, `+table.DownloadColumns+` FROM downloads
		WHERE vault = $1 AND archive_id = $2 AND target = $3 AND started = $4`,
		d.Vault, d.Archive, table.Raw(d.Target), table.Instant(d.Started)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return 0, false, err
	case d.State == was.State && d.Updated.Equal(was.Updated):
		return was.Key, false, nil
	case !d.Updated.After(was.Updated):
		return 0, false, nil
	}
	d.Key = was.Key
	if err := table.SaveDownload(ctx, tx, &d); err != nil {
		return 0, false, err
	}
	return d.Key, true, table.DropSegments(ctx, tx, d.Key)
}
