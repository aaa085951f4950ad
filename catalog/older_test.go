package catalog_test

import (
	"testing"
)

// before8 makes a closed catalog one of migration 7.
var before8 = []string{
	`ALTER TABLE packs DROP COLUMN tree_hash`,
	`ALTER TABLE packs DROP COLUMN last`,
	`ALTER TABLE packs DROP COLUMN through`,
	`ALTER TABLE snapshots DROP COLUMN end_pack_key`,
	`DELETE FROM goose_db_version WHERE version_id > 7`,
}

// older makes a closed catalog one of the first schema, that of migration 3.
func older(t *testing.T, path string) {
	t.Helper()
	change(t, path, before8...)
	change(t, path,
		`ALTER TABLE archives DROP COLUMN etag`,
		`ALTER TABLE archives DROP COLUMN dated`,
		`ALTER TABLE archives DROP COLUMN state_before`,
		`ALTER TABLE archives DROP COLUMN deleted`,
		`ALTER TABLE archives DROP COLUMN since`,
		`ALTER TABLE inventories DROP COLUMN returned`,
		`ALTER TABLE downloads DROP COLUMN mark`,
		`ALTER TABLE uploads DROP COLUMN name`,
		`ALTER TABLE uploads DROP COLUMN class`,
		`DELETE FROM goose_db_version WHERE version_id > 3`)
}

// change changes a closed catalog without the catalog.
func change(t *testing.T, path string, queries ...string) {
	t.Helper()
	db := raw(t, path)
	for _, q := range queries {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
