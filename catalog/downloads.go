package catalog

import (
	"context"
	"iter"
	"time"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// SaveDownload saves d and sets d.Updated. If d.Key is 0, d is a new download, and
// SaveDownload sets its key. Else it replaces the download of that key, or returns
// vault.ErrNotFound if there is none. If it fails, d is unchanged.
func (c *Catalog) SaveDownload(ctx context.Context, d *record.Download) error {
	saved := *d
	saved.Updated = c.now().UTC().Round(0)
	if err := table.SaveDownload(ctx, c.db.Writer, &saved); err != nil {
		return c.db.Fail(ctx, err, "save the download of %q from %q", d.Archive, d.Vault)
	}
	*d = saved
	return nil
}

// FindDownload returns the newest download of an archive into the file target, in any
// state, or vault.ErrNotFound. It leaves out downloads of another archive that had the id
// before.
func (c *Catalog) FindDownload(ctx context.Context, vaultURL string, archive vault.ArchiveID, target string) (record.Download, error) {
	d, err := table.ScanDownload(c.db.Reader.QueryRowContext(ctx, `SELECT key, `+table.DownloadColumns+` FROM downloads
		WHERE `+table.OfThisArchive+` AND target = $3
		ORDER BY key DESC LIMIT 1`, vaultURL, archive, table.Raw(target)))
	if err != nil {
		return record.Download{}, c.db.Fail(ctx, err, "find a download of %q from %q", archive, vaultURL)
	}
	return d, nil
}

// LastReceived returns when an archive was last downloaded completely, or the zero time.
func (c *Catalog) LastReceived(ctx context.Context, vaultURL string, archive vault.ArchiveID) (when time.Time, err error) {
	err = c.db.Reader.QueryRowContext(ctx, `SELECT coalesce(max(updated), '') FROM downloads
		WHERE `+table.OfThisArchive+` AND state = $3 AND range_size = size`,
		vaultURL, archive, record.Received).Scan((*table.Instant)(&when))
	if err != nil {
		return time.Time{}, c.db.Fail(ctx, err, "find the last download of %q from %q", archive, vaultURL)
	}
	return when, nil
}

// SaveSegment saves that bytes were received and verified. It replaces the segment at the
// same offset. vault.ErrNotFound means that there is no download of this key.
func (c *Catalog) SaveSegment(ctx context.Context, downloadKey int64, s record.Segment) error {
	if err := table.SaveSegment(ctx, c.db.Writer, downloadKey, s); err != nil {
		return c.db.Fail(ctx, err, "save the segment at byte %d of download %d", s.Offset, downloadKey)
	}
	return nil
}

// Segments lists the segments saved for a download, by offset.
func (c *Catalog) Segments(ctx context.Context, downloadKey int64) iter.Seq2[record.Segment, error] {
	return table.List(ctx, c.db, "list the segments of a download", table.ScanSegment, table.SegmentsQuery, downloadKey)
}

// DropSegments removes the segments of a download.
func (c *Catalog) DropSegments(ctx context.Context, downloadKey int64) error {
	if err := table.DropSegments(ctx, c.db.Writer, downloadKey); err != nil {
		return c.db.Fail(ctx, err, "remove the segments of download %d", downloadKey)
	}
	return nil
}
