package table

import (
	"context"

	"firn/record"
)

// DownloadColumns are the columns of a download, without its key.
const DownloadColumns = `vault, archive_id, range_offset, range_size, size, tree_hash,
	target, state, mark, started, updated, fetched, busy`

// SaveDownload adds d and sets its key, or replaces the download of d.Key.
func SaveDownload(ctx context.Context, q querier, d *record.Download) error {
	values := []any{
		d.Vault, d.Archive, d.Range.Offset, d.Range.Size, d.Size, Digest(d.TreeHash),
		Raw(d.Target), d.State, d.Mark, Instant(d.Started), Instant(d.Updated), d.Fetched, d.Busy,
	}
	query := `INSERT INTO downloads (` + DownloadColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING key`
	if d.Key != 0 {
		values = append(values, d.Key)
		query = `UPDATE downloads SET (` + DownloadColumns + `) =
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			WHERE key = $14 RETURNING key`
	}
	return q.QueryRowContext(ctx, query, values...).Scan(&d.Key)
}

// ScanDownload reads a row of key and DownloadColumns.
func ScanDownload(r Row) (record.Download, error) {
	var d record.Download
	err := r.Scan(&d.Key, &d.Vault, &d.Archive, &d.Range.Offset, &d.Range.Size, &d.Size, (*Digest)(&d.TreeHash),
		(*Raw)(&d.Target), &d.State, &d.Mark, (*Instant)(&d.Started), (*Instant)(&d.Updated), &d.Fetched, &d.Busy)
	return d, err
}

// SaveSegment saves a segment over the one at the same offset.
func SaveSegment(ctx context.Context, e execer, downloadKey int64, s record.Segment) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO segments (download_key, byte_offset, size, tree_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (download_key, byte_offset) DO UPDATE SET size = excluded.size, tree_hash = excluded.tree_hash`,
		downloadKey, s.Offset, s.Size, Digest(s.TreeHash))
	return err
}

// AddSegment saves a segment unless one is on record at its offset.
func AddSegment(ctx context.Context, e execer, downloadKey int64, s record.Segment) error {
	_, err := e.ExecContext(ctx, `
		INSERT INTO segments (download_key, byte_offset, size, tree_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		downloadKey, s.Offset, s.Size, Digest(s.TreeHash))
	return err
}

// SegmentsQuery is the query for the segments of the download with the key $1.
const SegmentsQuery = `SELECT byte_offset, size, tree_hash FROM segments
	WHERE download_key = $1 ORDER BY byte_offset`

// ScanSegment reads a row of SegmentsQuery.
func ScanSegment(r Row) (record.Segment, error) {
	var s record.Segment
	err := r.Scan(&s.Offset, &s.Size, (*Digest)(&s.TreeHash))
	return s, err
}

// DropSegments removes the segments of a download.
func DropSegments(ctx context.Context, e execer, downloadKey int64) error {
	_, err := e.ExecContext(ctx, `DELETE FROM segments WHERE download_key = $1`, downloadKey)
	return err
}
