package backups

import (
	"context"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

// Gone lists the files that a running snapshot has not, and that the snapshot before it or its
// own packs have. Of a directory that is gone, it lists only the directory itself. A file with
// the name of a directory that is gone is not listed.
func (b *Backups) Gone(ctx context.Context, s record.Snapshot) iter.Seq2[record.Found, error] {
	const parentIsThere = `(d.parent_key = 0 OR EXISTS (SELECT 1 FROM versions p
		WHERE p.directory_key = d.parent_key AND p.name = d.name AND p.until IS NULL AND p.kind = 2))`
	return func(yield func(record.Found, error) bool) {
		paths := map[int64]string{}
		for f, err := range table.List(ctx, b.db, "list the files that are gone", scanFile, `SELECT `+fileColumns+fromVersions+`
			JOIN directories d ON d.key = v.directory_key JOIN snapshot_trees st ON st.tree_key = d.tree_key AND st.snapshot_key = $1
			WHERE v.until = $1 AND NOT EXISTS (SELECT 1 FROM versions n
				WHERE n.directory_key = v.directory_key AND n.name = v.name AND n.until IS NULL)
			AND `+parentIsThere+` ORDER BY v.directory_key, v.name, v.since`, s.Key) {
			found := record.Found{File: f, Vault: s.Vault, Host: s.Host}
			if err == nil {
				found.Path, err = b.pathOf(ctx, paths, f)
			}
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}
