package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"firn/vault"
)

// schema is a schema of two steps.
func schema() Options {
	step := func(statement string) Step {
		return func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}
	}
	return Options{Now: time.Now, Steps: []Step{step(`CREATE TABLE things (x)`), step(`ALTER TABLE things ADD COLUMN y`)}}
}

func opened(t *testing.T) *DB {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), schema())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Each connection of each pool flushes: the first ones, those that many readers need
// at once, and those that replace a closed one.
func TestEveryConnectionFlushes(t *testing.T) {
	d := opened(t)
	look, err := connect(d.Path, lookOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	for name, pool := range map[string]*sql.DB{"writer": d.Writer, "reader": d.Reader, "looker": look} {
		at := pool.Stats().MaxOpenConnections
		for range 2 {
			var held []*sql.Conn
			for len(held) < 3 && (at == 0 || len(held) < at) {
				conn, err := pool.Conn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				wantFlushed(t, name, conn)
				held = append(held, conn)
			}
			for _, conn := range held {
				_ = conn.Raw(func(any) error { return sql.ErrConnDone })
				if err := conn.Close(); err != nil {
					t.Error(err)
				}
			}
			pool.SetMaxIdleConns(0) // so that the next are other connections
		}
	}
}

// wantFlushed looks at the settings of a connection: commits, and the fold of the log into
// the file, are flushed.
func wantFlushed(t *testing.T, name string, conn *sql.Conn) {
	t.Helper()
	for pragma, want := range map[string]string{"synchronous": "2", "fullfsync": "1", "journal_mode": "wal"} {
		var got string
		if err := conn.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %s is %q, %v; want %q", name, pragma, got, err, want)
		}
	}
}

func TestUpgradeNeedsTheFileAlone(t *testing.T) {
	d := opened(t)
	newer := schema()
	newer.Steps = append(newer.Steps, newer.Steps[0])
	if _, err := Open(t.Context(), d.Path, newer); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
}
