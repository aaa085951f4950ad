package catalog

import (
	"context"
	"time"
)

// The transfers of which a rate can be learned.
const (
	measuredUploads   = `SELECT sent AS bytes, busy FROM uploads WHERE sent > 0`
	measuredDownloads = `SELECT fetched AS bytes, busy FROM downloads WHERE fetched > 0`
)

// Rate returns the rate of the last uploads to a vault, in bytes per second: the bytes that
// they sent, divided by the time that they took, so that long uploads count for more. It is
// 0 if nothing is known. Without a vault it is the rate for all vaults of Amazon Glacier.
func (c *Catalog) Rate(ctx context.Context, vaultURL string) (bytesPerSecond float64, err error) {
	return c.rate(ctx, vaultURL, "uploads to", measuredUploads)
}

// DownloadRate is Rate for the last downloads from a vault.
func (c *Catalog) DownloadRate(ctx context.Context, vaultURL string) (bytesPerSecond float64, err error) {
	return c.rate(ctx, vaultURL, "downloads from", measuredDownloads)
}

// rate divides the bytes of the newest transfers by the time that they took.
func (c *Catalog) rate(ctx context.Context, vaultURL, transfers, query string) (bytesPerSecond float64, err error) {
	const newest = 5 // enough to average out one bad night, few enough to notice a new connection
	var bytes, busy int64
	err = c.db.Reader.QueryRowContext(ctx, averageOf(vaultURL, query), vaultURL, newest).Scan(&bytes, &busy)
	if err != nil {
		return 0, c.db.Fail(ctx, err, "learn the rate of %s %q", transfers, vaultURL)
	}
	if busy == 0 {
		return 0, nil
	}
	return float64(bytes) / time.Duration(busy).Seconds(), nil
}

// averageOf returns the query for the sums of the newest $2 transfers with the vault $1.
func averageOf(vaultURL, transfers string) string {
	of := `vault = $1`
	if vaultURL == "" {
		of = `$1 = '' AND vault LIKE 'glacier:%'`
	}
	return `SELECT coalesce(sum(bytes), 0), coalesce(sum(busy), 0) FROM (` +
		transfers + ` AND busy > 0 AND ` + of + ` ORDER BY key DESC LIMIT $2) AS newest`
}
