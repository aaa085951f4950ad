package catalog

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"firn/record"
	"firn/vault"
)

// These need a setting of the writing connection that no user of a catalog has.

func TestFullDiskIsSaidAndSurvived(t *testing.T) {
	c := openPrivate(t)
	if _, err := c.db.Writer.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil { // it stops at the present size
		t.Fatal(err)
	}
	var key int64
	var err error
	for err == nil {
		u := record.Upload{Description: strings.Repeat("x", 10_000), State: record.Open}
		if err = c.SaveUpload(t.Context(), &u); err == nil {
			key = u.Key
		}
	}
	if !errors.Is(err, ErrFull) || errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if _, err := c.db.Writer.ExecContext(t.Context(), `PRAGMA max_page_count = 1000000`); err != nil {
		t.Fatal(err)
	}
	u := record.Upload{State: record.Open}
	if err := c.SaveUpload(t.Context(), &u); err != nil || u.Key != key+1 {
		t.Errorf("with room again: key %d, %v; want %d", u.Key, err, key+1)
	}
}

func TestBusyCatalogIsLocked(t *testing.T) {
	c := openPrivate(t)
	other, err := Open(t.Context(), c.db.Path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.db.Writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := c.db.Writer.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	u := record.Upload{State: record.Open}
	if err := c.SaveUpload(t.Context(), &u); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	for _, err := range c.Uploads(t.Context(), "") { // readers wait for nobody
		t.Error(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := c.SaveUpload(t.Context(), &u); err != nil {
		t.Errorf("after the other ended: %v", err)
	}
}

// A page that was damaged under an open catalog is told by whatever reads it.
func TestDamageFoundWhileReading(t *testing.T) {
	c := openPrivate(t)
	u := record.Upload{State: record.Open}
	if err := c.SaveUpload(t.Context(), &u); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`PRAGMA writable_schema = ON`,
		`UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'uploads'`,
	} {
		if _, err := c.db.Writer.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var found error
	for _, err := range c.Uploads(t.Context(), "") {
		found = err
	}
	if !errors.Is(found, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", found)
	}
}

func openPrivate(t *testing.T) *Catalog {
	t.Helper()
	c, err := Open(context.WithoutCancel(t.Context()), filepath.Join(t.TempDir(), "catalog.db"), Options{})
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
