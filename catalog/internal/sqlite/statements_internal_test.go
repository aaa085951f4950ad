package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
)

// A statement whose rows are open runs again on the same connection, with other arguments. So
// do more statements than a connection keeps.
func TestKeptStatements(t *testing.T) {
	d := opened(t)
	insert := func(tx *sql.Tx, x int) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO things (x) VALUES ($1)`, x)
		return err
	}
	err := d.Transact(t.Context(), func(tx *sql.Tx) error {
		for x := range 3 {
			if err := insert(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var seen string
	var walk func(tx *sql.Tx, least int) error
	walk = func(tx *sql.Tx, least int) error {
		rows, err := tx.QueryContext(t.Context(), `SELECT x FROM things WHERE x >= $1 ORDER BY x`, least)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x int
			if err := rows.Scan(&x); err != nil {
				return err
			}
			seen += fmt.Sprint(x)
			if err := walk(tx, x+1); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	if err := d.Snapshot(t.Context(), func(tx *sql.Tx) error { return walk(tx, 0) }); err != nil || seen != "0122122" {
		t.Errorf("nested queries read %q, %v", seen, err)
	}
	for i := range keptStatements + 10 {
		var got int
		err := d.Snapshot(t.Context(), func(tx *sql.Tx) error {
			return tx.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT count(*) + %d FROM things WHERE x >= $1`, i), 1).Scan(&got)
		})
		if err != nil || got != 2+i {
			t.Fatalf("statement %d: %d, %v", i, got, err)
		}
	}
}

// A statement that failed or was cut short can run again.
func TestKeptStatementsAfterAFailure(t *testing.T) {
	d := opened(t)
	ended, end := context.WithCancel(t.Context())
	end()
	for range 2 {
		if err := d.Transact(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO things (x) VALUES (json($1))`, "no JSON")
			return err
		}); err == nil {
			t.Error("a wrong value was taken")
		}
		if _, err := d.Writer.ExecContext(ended, `INSERT INTO things (x) VALUES (json($1))`, "1"); err == nil {
			t.Error("a call whose context had ended was done")
		}
		if _, err := d.Writer.ExecContext(t.Context(), `INSERT INTO things (x) VALUES (json($1))`, "1"); err != nil {
			t.Errorf("the same statement with a right value: %v", err)
		}
	}
	var count int
	if err := d.Reader.QueryRowContext(t.Context(), `SELECT count(*) FROM things`).Scan(&count); err != nil || count != 2 {
		t.Errorf("%d rows, %v", count, err)
	}
}
