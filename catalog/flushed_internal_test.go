package catalog

import (
	"bytes"
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"firn/record"
)

// wantFlushed looks at the settings of a connection: what it commits, and what it
// folds into the file, is flushed.
func wantFlushed(t *testing.T, what string, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
},
) {
	t.Helper()
	for pragma, want := range map[string]string{"synchronous": "2", "fullfsync": "1", "journal_mode": "wal"} {
		var got string
		if err := q.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %s is %q, %v; want %q", what, pragma, got, err, want)
		}
	}
}

func opened(t *testing.T) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// No work, however large, turns the flushes of the connection off that it writes by.
func TestNoWorkTurnsFlushesOff(t *testing.T) {
	c := opened(t)
	wantFlushed(t, "after its migrations", c.db.Writer)
	i := record.Inventory{Vault: "v", Source: "job 1", State: record.Reading}
	if err := c.SaveInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	if err := c.SaveEntries(t.Context(), &i, []record.Archive{{ID: "a"}, {ID: "b"}}, nil, "end"); err != nil {
		t.Fatal(err)
	}
	wantFlushed(t, "after entries", c.db.Writer)
	if err := c.FinishInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	wantFlushed(t, "after an inventory", c.db.Writer)
	if _, err := c.MarkDeleting(t.Context(), "v", []record.Archive{{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	wantFlushed(t, "after a deletion", c.db.Writer)
	var exported bytes.Buffer
	if _, err := c.Export(t.Context(), &exported, func(Contents) {}); err != nil {
		t.Fatal(err)
	}
	wantFlushed(t, "after an export", c.db.Reader)
	to := opened(t)
	told := 0
	if _, err := to.Import(t.Context(), &exported, func(Contents) {
		told++
		wantFlushed(t, "while it is imported into", to.db.Writer)
	}); err != nil || told == 0 {
		t.Fatalf("told %d times, %v", told, err)
	}
	wantFlushed(t, "after an import", to.db.Writer)
}
