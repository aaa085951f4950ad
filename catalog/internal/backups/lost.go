package backups

import (
	"context"

	"firn/catalog/internal/table"
	"firn/record"
)

// Lost returns the keys of the contents in a vault that may not be relied on, as ranges. A range
// may also have keys of other contents. It asks once what would otherwise be a query for each
// file.
func (b *Backups) Lost(ctx context.Context, vaultURL string) ([]record.KeyRange, error) {
	ranges, err := table.All(table.Walk(ctx, b.db.Reader, func(r table.Row) (k record.KeyRange, err error) {
		err = r.Scan(&k.First, &k.Last)
		return k, err
	}, `SELECT min(c.key), max(c.key) FROM packs p JOIN contents c ON c.pack_key = p.key
		WHERE p.vault = $1 AND p.state = 'lost' GROUP BY p.key
		UNION ALL SELECT DISTINCT s.content_key, s.content_key FROM packs p JOIN contents c ON c.pack_key = p.key
		JOIN content_segments s ON s.part_key = c.key WHERE p.vault = $1 AND p.state = 'lost'`, vaultURL))
	if err != nil {
		return nil, b.db.Fail(ctx, err, "find the contents of lost packs")
	}
	return ranges, nil
}
