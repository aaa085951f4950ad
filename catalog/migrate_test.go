package catalog_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

// A catalog of the first firn is upgraded when it is opened, and loses nothing.
func TestUpgradeOfTheFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	db := raw(t, path)
	first, err := fs.ReadFile(os.DirFS("migrations/sqlite"), "00001_journal.sql")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db,
		fstest.MapFS{"00001_journal.sql": {Data: first}}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`PRAGMA application_id = 1718186606`,
		`INSERT INTO uploads VALUES (7, 'v', CAST('/srv/a' AS BLOB), 5, '', '', 0, x'', 1, 'u', 'open', '', '', '', '', 0, 0)`,
		`INSERT INTO parts VALUES (7, 0, 5, '', '', '')`,
		`INSERT INTO jobs VALUES (3, 'v', 'job', 'archive-retrieval', 'a', 0, 0, 'Bulk', 'token', 'Succeeded', '', '', '')`,
		`INSERT INTO archives VALUES (9, 'v', 'late', CAST('/srv/b.tar' AS BLOB), CAST('two' AS BLOB), 6, '',
			'2026-11-23T15:04:05.000000001Z', 'stored')`,
		`INSERT INTO archives VALUES (4, 'v', 'early', CAST('/srv/a.tar' AS BLOB), x'ff', 5, '',
			'2026-11-23T15:04:05.000000000Z', 'stored')`,
		`INSERT INTO archives VALUES (5, 'w', 'gone', x'2d', x'', 5, '', '2026-11-23T15:04:05.000000000Z', 'deleted')`,
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	c := open(t, path)
	archives := all(t, c.Archives(t.Context(), catalogAll))
	if got, want := ids(archives), []vault.ArchiveID{"early", "late", "gone"}; !slices.Equal(got, want) {
		t.Errorf("archives %q, want %q", got, want)
	}
	if a := archives[0]; a.Name != "/srv/a.tar" || a.Description != "\xff" || a.Size != 5 || a.State != record.Stored || a.Vault != "v" {
		t.Errorf("the first is %+v", a)
	}
	for _, ref := range []string{"a.tar", "/srv/a*", "\xff", "earl"} {
		if found, err := c.FindArchive(t.Context(), "v", ref); err != nil || len(found) != 1 || found[0].ID != "early" {
			t.Errorf("FindArchive(%q) = %q, %v", ref, ids(found), err)
		}
	}
	if u := one(t, c.Uploads(t.Context(), "v")); u.Key != 7 || len(all(t, c.Parts(t.Context(), 7))) != 1 {
		t.Errorf("the upload is %+v", u)
	}
	if j := one(t, c.JobsFor(t.Context(), "v", "a")); j.Key != 3 || j.Token != "token" || j.Tier != vault.Bulk {
		t.Errorf("the job is %+v", j)
	}
	if got := all(t, open(t, path).Archives(t.Context(), catalog.Filter{})); len(got) != 2 {
		t.Errorf("opened again it has %d archives", len(got))
	}
}
