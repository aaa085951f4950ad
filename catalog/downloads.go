package catalog

import (
	"context"
	"iter"
	"time"

	"firn/record"
	"firn/vault"
)

const downloadColumns = `vault, archive_id, range_offset, range_size, size, tree_hash,
	target, state, mark, started, updated, fetched, busy`

// SaveDownload writes d down: as a new download, whose key it sets, if d.Key is
// 0, else over the download of that key, or vault.ErrNotFound. It sets
// d.Updated. If it fails, d is as it was.
func (c *Catalog) SaveDownload(ctx context.Context, d *record.Download) error {
	saved := *d
	saved.Updated = c.now().UTC().Round(0)
	if err := saveDownload(ctx, c.db.Writer, &saved); err != nil {
		return c.db.Fail(ctx, err, "save the download of %q from %q", d.Archive, d.Vault)
	}
	*d = saved
	return nil
}

func saveDownload(ctx context.Context, q querier, d *record.Download) error {
	values := []any{
		d.Vault, d.Archive, d.Range.Offset, d.Range.Size, d.Size, digest(d.TreeHash),
		raw(d.Target), d.State, d.Mark, instant(d.Started), instant(d.Updated), d.Fetched, d.Busy,
	}
	query := `INSERT INTO downloads (` + downloadColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING key`
	if d.Key != 0 {
		values = append(values, d.Key)
		query = `UPDATE downloads SET (` + downloadColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			WHERE key = $14 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&d.Key)
}

// FindDownload returns the newest download of an archive into the file target,
// whatever its state, or vault.ErrNotFound. Those of another archive that had the id
// before are left out.
func (c *Catalog) FindDownload(ctx context.Context, vaultURL string, archive vault.ArchiveID, target string) (record.Download, error) {
	d, err := scanDownload(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+downloadColumns+` FROM downloads
		WHERE `+ofThisArchive+` AND target = $3
		ORDER BY key DESC LIMIT 1`, vaultURL, archive, raw(target)))
	if err != nil {
		return record.Download{}, c.db.Fail(ctx, err, "find a download of %q from %q", archive, vaultURL)
	}
	return d, nil
}

// LastReceived tells when a file last got all bytes of an archive; the zero time if
// none did.
func (c *Catalog) LastReceived(ctx context.Context, vaultURL string, archive vault.ArchiveID) (when time.Time, err error) {
	err = c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(updated), '') FROM downloads
		WHERE `+ofThisArchive+` AND state = $3 AND range_size = size`,
		vaultURL, archive, record.Received).Scan((*instant)(&when))
	if err != nil {
		return time.Time{}, c.db.Fail(ctx, err, "find the last download of %q from %q", archive, vaultURL)
	}
	return when, nil
}

func scanDownload(r row) (record.Download, error) {
	var d record.Download
	err := r.Scan(&d.Key, &d.Vault, &d.Archive, &d.Range.Offset, &d.Range.Size, &d.Size, (*digest)(&d.TreeHash),
		(*raw)(&d.Target), &d.State, &d.Mark, (*instant)(&d.Started), (*instant)(&d.Updated), &d.Fetched, &d.Busy)
	return d, err
}

// SaveSegment writes down that bytes were received and verified, in place of what
// was known at their offset. vault.ErrNotFound means that there is no download of
// this key.
func (c *Catalog) SaveSegment(ctx context.Context, downloadKey int64, s record.Segment) error {
	if err := saveSegment(ctx, c.db.Writer, downloadKey, s); err != nil {
		return c.db.Fail(ctx, err, "save the segment at byte %d of download %d", s.Offset, downloadKey)
	}
	return nil
}

func saveSegment(ctx context.Context, e execer, downloadKey int64, s record.Segment) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO segments (download_key, byte_offset, size, tree_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (download_key, byte_offset) DO UPDATE SET size = excluded.size, tree_hash = excluded.tree_hash`,
		downloadKey, s.Offset, s.Size, digest(s.TreeHash))
	return err
}

// addSegment is saveSegment for a segment of another record: what is known at its
// offset stays.
func addSegment(ctx context.Context, e execer, downloadKey int64, s record.Segment) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO segments (download_key, byte_offset, size, tree_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		downloadKey, s.Offset, s.Size, digest(s.TreeHash))
	return err
}

const segmentsQuery = `SELECT byte_offset, size, tree_hash FROM segments
	WHERE download_key = $1 ORDER BY byte_offset`

// Segments lists the segments saved for a download, by offset.
func (c *Catalog) Segments(ctx context.Context, downloadKey int64) iter.Seq2[record.Segment, error] {
	return list(ctx, c, "list the segments of a download", scanSegment, segmentsQuery, downloadKey)
}

func scanSegment(r row) (record.Segment, error) {
	var s record.Segment
	err := r.Scan(&s.Offset, &s.Size, (*digest)(&s.TreeHash))
	return s, err
}

// DropSegments forgets the segments of a download.
func (c *Catalog) DropSegments(ctx context.Context, downloadKey int64) error {
	if err := dropSegments(ctx, c.db.Writer, downloadKey); err != nil {
		return c.db.Fail(ctx, err, "forget the segments of download %d", downloadKey)
	}
	return nil
}

func dropSegments(ctx context.Context, e execer, downloadKey int64) error {
	_, err := e.ExecContext(ctx, `DELETE FROM segments WHERE download_key = $1`, downloadKey)
	return err
}
