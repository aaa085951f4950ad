package catalog_test

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

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
		fstest.MapFS{"00001_journal.sql": {Data: append([]byte("-- +goose Up\n"), first...)}}, goose.WithDisableGlobalRegistry(true))
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

// column is the texts that a query finds, a line each.
func column(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		b.WriteString(text + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tables is all that a closed catalog holds, as any SQLite tool sees it.
func tables(t *testing.T, path string) string {
	t.Helper()
	db := raw(t, path)
	var b strings.Builder
	for _, query := range []string{
		`SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name`,
		`SELECT version_id FROM goose_db_version ORDER BY version_id`,
		`SELECT key || ' ' || archive_id || ' ' || state || ' ' || created FROM archives ORDER BY key`,
		`SELECT archive_id FROM ids ORDER BY archive_id`,
		`SELECT upload_id || state FROM uploads ORDER BY key`,
	} {
		b.WriteString(column(t, db, query))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withoutNews is an export without what the first schema has no room for.
func withoutNews(export string) string {
	return strings.NewReplacer(`"mark":"0123456789abcdef",`, "", `"name":"2026/disk 1.img","class":"DEEP_ARCHIVE"`, `"name":"","class":""`).Replace(export)
}

// A migration that fails, or whose process is killed in the midst of it or at its
// end, has changed nothing, so that the firn before it can go on; and it is done
// wholly by whoever opens the catalog next.
func TestMigrationThatIsCutShort(t *testing.T) {
	for name, at := range map[string]string{
		"in the midst": `AFTER UPDATE ON archives WHEN new.key = 4`,
		"at its end":   `BEFORE INSERT ON goose_db_version WHEN new.version_id = 4`,
		"once done":    `AFTER INSERT ON goose_db_version WHEN new.version_id = 4`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "catalog.db")
			c, err := catalog.Open(t.Context(), path, catalog.Options{Now: func() time.Time { return instant }})
			if err != nil {
				t.Fatal(err)
			}
			furnish(t, c)
			want := withoutNews(export(t, c))
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			older(t, path)
			change(t, path, `CREATE TRIGGER short `+at+` BEGIN SELECT die(); END`)
			before := tables(t, path)

			killed := start(t, "die", path)
			for killed.said.Scan() {
				t.Errorf("the child was not killed: %s", killed.said.Text())
			}
			_ = killed.Wait() // it was killed
			if got := tables(t, path); got != before {
				t.Errorf("killed, it left\n%s, not\n%s", got, before)
			}
			if c, err := catalog.Open(t.Context(), path, catalog.Options{}); err == nil { // there is no such function
				t.Errorf("it did not fail, and is closed with %v", c.Close())
			}
			if got := tables(t, path); got != before {
				t.Errorf("failed, it left\n%s, not\n%s", got, before)
			}
			change(t, path, `DROP TRIGGER short`)
			c = open(t, path)
			if _, err := c.Check(t.Context(), ignore); err != nil {
				t.Error(err)
			}
			if got := export(t, c); got != want {
				t.Errorf("upgraded, it is\n%s, not\n%s", got, want)
			}
		})
	}
}
