package catalog

import (
	"context"
	"time"
)

// Rate tells how fast bytes went to a vault lately, in bytes a second: what the
// last uploads sent by the time they were busy, so that long ones count for
// more. It is 0 if nothing is known.
func (c *Catalog) Rate(ctx context.Context, vaultURL string) (bytesPerSecond float64, err error) {
	const uploads = 5 // enough to even out one bad night, few enough to notice a new line
	var sent, busy int64
	err = c.reader.QueryRowContext(ctx, `
		SELECT coalesce(sum(sent), 0), coalesce(sum(busy), 0) FROM (
			SELECT sent, busy FROM uploads
			WHERE vault = $1 AND sent > 0 AND busy > 0
			ORDER BY key DESC LIMIT $2) AS recent`, vaultURL, uploads).Scan(&sent, &busy)
	if err != nil {
		return 0, c.fail(ctx, err, "learn the rate of uploads to %q", vaultURL)
	}
	if busy == 0 {
		return 0, nil
	}
	return float64(sent) / time.Duration(busy).Seconds(), nil
}
