package foreign_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"firn/catalog/foreign"
	"firn/record"
	"firn/vault"
)

const (
	mapping = `CREATE TABLE file_info_tb (key INTEGER PRIMARY KEY, shareName TEXT, basePath TEXT, archiveID TEXT,
		lastBkpTime INTEGER, fileSize INTEGER, archiveVersion INTEGER, current INTEGER);`
	cache = `CREATE TABLE archive (id VARCHAR NOT NULL, name VARCHAR, vault VARCHAR NOT NULL, key VARCHAR NOT NULL,
		last_seen_upstream INTEGER, created_here INTEGER, deleted_here INTEGER, PRIMARY KEY (id));`
)

// at is 1436059321.
var at = time.Date(2015, time.July, 5, 1, 22, 1, 0, time.UTC)

// database makes a file by these statements.
func database(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other #1?.db")
	db, err := sql.Open("sqlite", "file://"+strings.NewReplacer("#", "%23", "?", "%3f", " ", "%20").Replace(filepath.ToSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *foreign.File {
	t.Helper()
	f, err := foreign.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func entries(t *testing.T, f *foreign.File, vaultName string) (all []foreign.Entry) {
	t.Helper()
	for e, err := range f.Archives(t.Context(), vaultName) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestSynology(t *testing.T) {
	entry := func(id vault.ArchiveID, name string, change func(*foreign.Entry)) foreign.Entry {
		e := foreign.Entry{Archive: record.Archive{
			ID: id, Name: name, Tool: foreign.SynologyTool, Size: 7, Created: at, State: record.Stored,
		}}
		change(&e)
		return e
	}
	same := func(*foreign.Entry) {}
	for name, c := range map[string]struct {
		rows string // values of key, shareName, basePath, archiveID, lastBkpTime, fileSize
		want []foreign.Entry
	}{
		"a file":          {`(1, 'photo', 'a/b.jpg', 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "photo/a/b.jpg", same)}},
		"slashes":         {`(1, '/photo/', '/a/b.jpg', 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "photo/a/b.jpg", same)}},
		"no share":        {`(1, NULL, 'a/b.jpg', 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "a/b.jpg", same)}},
		"numbers as text": {`(1, 'photo', 'b', 'x', '1436059321', '7')`, []foreign.Entry{entry("x", "photo/b", same)}},
		"blobs":           {`(1, CAST('photo' AS BLOB), CAST('b' AS BLOB), CAST('x' AS BLOB), 1436059321, 7)`, []foreign.Entry{entry("x", "photo/b", same)}},
		"no UTF-8":        {`(1, 'photo', CAST(x'e9' AS TEXT), 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "photo/\xe9", same)}},
		"a tab":           {`(1, 'photo', 'a' || char(9) || 'b', 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "photo/a\tb", same)}},
		"not told":        {`(1, 'photo', 'b', 'x', NULL, NULL)`, []foreign.Entry{entry("x", "photo/b", func(e *foreign.Entry) { e.Size, e.Created = -1, time.Time{} })}},
		"no name":         {`(1, 'photo', NULL, 'x', 1436059321, 7)`, []foreign.Entry{entry("x", "", func(e *foreign.Entry) { e.Tool = "" })}},
		"shared, in order": {`(3, 'p', 'c', 'x', 1, 1), (1, 'photo', 'a', 'x', 1436059321, 7), (2, 'photo', 'b', 'y', 1436059321, 7), (4, 'p', 'd', 'x', 1, 1)`, []foreign.Entry{
			entry("x", "photo/a", func(e *foreign.Entry) { e.Others = 2 }), entry("y", "photo/b", same),
		}},
		"odd size and time": {`(1, 'photo', 'b', 'x', 'then', -7)`, []foreign.Entry{entry("x", "photo/b", func(e *foreign.Entry) {
			e.Size, e.Created, e.Doubt = -1, time.Time{}, `"-7" is not a size; "then" is not a time`
		})}},
		"no ids": {`(1, 'photo', 'a', '', 1436059321, 7), (2, 'photo', 'b', NULL, 1436059321, 7), (3, 'photo', 'c', 'x y', 1436059321, 7)`, []foreign.Entry{
			entry("", "photo/a", func(e *foreign.Entry) { e.Bad = `the row of "photo/a": it has no archive id` }),
			entry("", "photo/b", func(e *foreign.Entry) { e.Bad = `the row of "photo/b": it has no archive id` }),
			entry("", "photo/c", func(e *foreign.Entry) { e.Bad = `the row of "photo/c": "x y" is not an archive id` }),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, database(t, mapping+`INSERT INTO file_info_tb (key, shareName, basePath, archiveID, lastBkpTime, fileSize) VALUES `+c.rows))
			if vaults, err := f.Vaults(t.Context()); err != nil || vaults != nil {
				t.Errorf("it tells of the vaults %q, %v", vaults, err)
			}
			if got := entries(t, f, "any"); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("got\n%+v, want\n%+v", got, c.want)
			}
		})
	}
}

// Columns that firn can do without were not always there.
func TestSynologyWithFewColumns(t *testing.T) {
	f := open(t, database(t, `CREATE TABLE file_info_tb (key INTEGER PRIMARY KEY, basePath TEXT, archiveId TEXT);
		INSERT INTO file_info_tb VALUES (1, 'a', 'x')`))
	if got := entries(t, f, ""); len(got) != 1 || got[0].ID != "x" || got[0].Name != "a" || got[0].Size != -1 || got[0].Doubt != "" {
		t.Errorf("got %+v", got)
	}
}

func TestGlacierCLI(t *testing.T) {
	f := open(t, database(t, cache+`INSERT INTO archive VALUES
		('a', 'name of a', 'v', 'K', NULL, 1436059321.5, NULL),
		('b', NULL, 'v', 'K', 1436059321, 1436069321, NULL),
		('c', 'name of c', 'v', 'L', NULL, 1436059321, 1436059331.25),
		('d', 'name of d', 'w', 'K', NULL, 1436059321, NULL),
		('', 'name of nothing', 'v', 'K', NULL, 1436059321, NULL)`))
	if vaults, err := f.Vaults(t.Context()); err != nil || fmt.Sprint(vaults) != "[v w]" {
		t.Errorf("it tells of the vaults %q, %v", vaults, err)
	}
	half := 500 * time.Millisecond
	want := []foreign.Entry{
		{Archive: record.Archive{Name: "name of nothing", Size: -1, Created: at, State: record.Stored}, Bad: `the row of "name of nothing": it has no archive id`},
		{Archive: record.Archive{ID: "a", Name: "name of a", Size: -1, Created: at.Add(half), State: record.Stored}},
		{Archive: record.Archive{ID: "b", Size: -1, Created: at, State: record.Stored}},
		{Archive: record.Archive{ID: "c", Name: "name of c", Size: -1, Created: at, State: record.Deleted, Deleted: at.Add(10*time.Second + half/2)}},
	}
	if got := entries(t, f, "v"); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}

// What is no such record is refused, and nothing is written.
func TestOpenRefuses(t *testing.T) {
	for name, statements := range map[string]string{
		"other tables":  `CREATE TABLE other (id)`,
		"other columns": `CREATE TABLE archive (id, name)`,
		"a view":        `CREATE VIEW file_info_tb AS SELECT 1 AS key, 2 AS basePath, 3 AS archiveID`,
	} {
		if f, err := foreign.Open(t.Context(), database(t, statements)); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: got %v, %v", name, f, err)
		}
	}
	path := filepath.Join(t.TempDir(), "no.db")
	if _, err := foreign.Open(t.Context(), path); err == nil {
		t.Error("a file that is not there was opened")
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("no database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := foreign.Open(t.Context(), path); err == nil {
		t.Error("a file that is no database was opened")
	}
}

// A damaged page ends the reading with an error, after what stands before it.
func TestDamage(t *testing.T) {
	path := database(t, mapping+`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO file_info_tb (key, shareName, basePath, archiveID) SELECT i, 'p', printf('%0200d', i), 'id' || i FROM n`)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(b) / 2; at < len(b)/2+64<<10; at++ {
		b[at] = 0xa5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var failed error
	for _, err := range open(t, path).Archives(t.Context(), "") {
		failed = err
	}
	if failed == nil || !strings.Contains(failed.Error(), "reading the database") {
		t.Errorf("got %v", failed)
	}
}

// A database is read from where nothing can be written, whichever way it was kept.
func TestNothingIsWritten(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		path := database(t, `PRAGMA journal_mode = `+mode+`;`+mapping+`INSERT INTO file_info_tb (key, basePath, archiveID) VALUES (1, 'a', 'x')`)
		dir := filepath.Dir(path)
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		if got := entries(t, open(t, path), ""); len(got) != 1 {
			t.Errorf("%s: got %+v", mode, got)
		}
		if beside, err := os.ReadDir(dir); err != nil || len(beside) != 1 {
			t.Errorf("%s: left %v, %v", mode, beside, err)
		}
	}
}
