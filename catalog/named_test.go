package catalog_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// What a look tells of an archive is added to what is on record, and changes no more.
func TestNotesOfALook(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "catalog.db"))
	ctx := t.Context()
	const v = "s3://films"
	u := record.Upload{Vault: v, Source: record.Source{Path: "/film.mov", Size: 3}, PartSize: 1 << 20, State: record.Open, ID: "x"}
	err := errors.Join(c.SaveUpload(ctx, &u), c.FinishUpload(ctx, &u, record.Archive{Vault: v, ID: "a*", Name: "/film.mov", Size: 3, State: record.Stored}))
	if err != nil {
		t.Fatal(err)
	}
	one, two, dated := treehash.Sum([]byte("one")), treehash.Sum([]byte("two")), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	err = errors.Join(
		c.NoteTreeHash(ctx, v, "a*", one), c.NoteTreeHash(ctx, v, "a*", two), c.NoteETag(ctx, v, "a*", "etag", dated),
		c.NoteTreeHash(ctx, v, "unknown", one), c.NoteETag(ctx, v, "unknown", "etag", dated),
	)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.ArchiveByID(ctx, v, "a*")
	if err != nil || a.TreeHash != one || a.ETag != "etag" || !a.Dated.Equal(dated) || a.State != record.Stored {
		t.Errorf("on record: %+v, %v", a, err)
	}
	for _, id := range []vault.ArchiveID{"unknown", "a", "ab"} {
		if a, err := c.ArchiveByID(ctx, v, id); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%q: %+v, %v; want ErrNotFound", id, a, err)
		}
	}
	if err := c.MarkLooked(ctx, v, "a*", record.Missing); err != nil {
		t.Fatal(err)
	}
	if err := c.NoteETag(ctx, v, "a*", "another", dated); err != nil {
		t.Fatal(err)
	}
	if a, err := c.ArchiveByID(ctx, v, "a*"); err != nil || a.ETag != "etag" || a.State != record.Missing {
		t.Errorf("missing, on record: %+v, %v", a, err)
	}
}
