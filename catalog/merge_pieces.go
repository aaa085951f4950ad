package catalog

import (
	"context"
	"database/sql"
	"errors"

	"firn/record"
)

// oneUpload adds an upload, or takes over how far it has come if that was later. Of
// one that is the same on both records it adds the parts that an import which broke off
// has left out.
func (m *merge) oneUpload(ctx context.Context, tx *sql.Tx, u uploadPiece) (isNews bool, err error) {
	if !u.continues {
		if m.upload, isNews, err = mergeUpload(ctx, tx, u.Upload); err != nil {
			return false, err
		}
	}
	if m.upload == 0 {
		return false, nil
	}
	for _, p := range u.parts {
		if err := addPart(ctx, tx, m.upload, p); err != nil {
			return false, err
		}
	}
	return isNews, nil
}

// mergeUpload returns the key under which an upload is on record now, without its
// parts if it is news; 0 if what was there is later.
func mergeUpload(ctx context.Context, tx *sql.Tx, u record.Upload) (key int64, isNews bool, err error) {
	was, err := scanUpload(tx.QueryRowContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads
		WHERE vault = $1 AND path = $2 AND description = $3 AND started = $4`,
		u.Vault, raw(u.Source.Path), raw(u.Description), instant(u.Started)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return 0, false, err
	case u.State == was.State && u.State != record.Completed && u.Updated.Equal(was.Updated):
		return was.Key, false, nil
	case later(was, u) == was:
		return 0, false, nil
	}
	u.Key = was.Key
	if err := saveUpload(ctx, tx, &u); err != nil {
		return 0, false, err
	}
	return u.Key, true, dropParts(ctx, tx, u.Key)
}

// oneDownload does with a download what oneUpload does with an upload. Its verified
// bytes are only believed: whoever goes on hashes them again.
func (m *merge) oneDownload(ctx context.Context, tx *sql.Tx, d downloadPiece) (isNews bool, err error) {
	if !d.continues {
		if m.download, isNews, err = mergeDownload(ctx, tx, d.Download); err != nil {
			return false, err
		}
	}
	if m.download == 0 {
		return false, nil
	}
	for _, s := range d.segments {
		if err := addSegment(ctx, tx, m.download, s); err != nil {
			return false, err
		}
	}
	return isNews, nil
}

// mergeDownload returns the key under which a download is on record now, without its
// segments if it is news; 0 if what was there is later.
func mergeDownload(ctx context.Context, tx *sql.Tx, d record.Download) (key int64, isNews bool, err error) {
	was, err := scanDownload(tx.QueryRowContext(ctx, `SELECT key, `+downloadColumns+` FROM downloads
		WHERE vault = $1 AND archive_id = $2 AND target = $3 AND started = $4`,
		d.Vault, d.Archive, raw(d.Target), instant(d.Started)))
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
	if err := saveDownload(ctx, tx, &d); err != nil {
		return 0, false, err
	}
	return d.Key, true, dropSegments(ctx, tx, d.Key)
}
