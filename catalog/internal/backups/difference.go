package backups

import (
	"context"
	"fmt"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

// Differences lists the files of which two snapshots have different versions, and those that
// only one of them has. The files of a directory come together, by name.
func (b *Backups) Differences(ctx context.Context, was, is record.Snapshot) iter.Seq2[record.Difference, error] {
	rows := table.List(ctx, b.db, "compare two snapshots", scanVersionOf,
		`SELECT `+inSnapshot(1)+`, `+fileColumns+fromVersions+`JOIN directories d ON d.key = v.directory_key
		WHERE d.tree_key IN (SELECT tree_key FROM snapshot_trees WHERE snapshot_key IN ($1, $2))
		AND `+inSnapshot(1)+` <> `+inSnapshot(2)+` ORDER BY v.directory_key, v.name, v.since`, was.Key, is.Key)
	return func(yield func(record.Difference, error) bool) {
		paths := map[int64]string{}
		var last *versionOf
		next := func(v *versionOf) bool { // nil: the end
			first := last
			last = v
			if first == nil {
				return true
			}
			var d record.Difference
			first.addTo(&d)
			if v != nil && v.DirectoryID == first.DirectoryID && v.Name == first.Name {
				v.addTo(&d)
				last = nil
			}
			var err error
			d.Path, err = b.pathOf(ctx, paths, first.File)
			return yield(d, err) && err == nil
		}
		for v, err := range rows {
			if err != nil {
				yield(record.Difference{}, err)
				return
			}
			if !next(&v) {
				return
			}
		}
		next(nil)
	}
}

// inSnapshot returns the condition that a version belongs to the snapshot with the key $n.
func inSnapshot(n int) string {
	return fmt.Sprintf(`(EXISTS (SELECT 1 FROM snapshot_trees st WHERE st.snapshot_key = $%d AND st.tree_key = d.tree_key)
		AND v.since <= $%[1]d AND (v.until IS NULL OR v.until > $%[1]d))`, n)
}

// versionOf is a version that one of two snapshots has.
type versionOf struct {
	record.File
	isFirst bool // the first snapshot has it
}

func (v *versionOf) addTo(d *record.Difference) {
	if v.isFirst {
		d.Was = v.File
	} else {
		d.Is = v.File
	}
}

func scanVersionOf(r table.Row) (v versionOf, err error) {
	v.File, err = scanFile(prefixed{r, []any{&v.isFirst}})
	return v, err
}
