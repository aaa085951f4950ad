package catalog_test

import (
	"iter"
	"path/filepath"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

const vaultURL = "glacier://image-backups?region=us-east-1"

// instant is the present of these tests.
var instant = time.Date(2026, 11, 23, 15, 4, 5, 123456789, time.UTC)

// open opens the catalog at path for as long as the test runs.
func open(t *testing.T, path string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(t.Context(), path, catalog.Options{Now: func() time.Time { return instant }})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// fresh opens a new catalog.
func fresh(t *testing.T) *catalog.Catalog {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "catalog.db"))
}

// anUpload returns an upload with every field set, never saved.
func anUpload() record.Upload {
	return record.Upload{
		Vault: vaultURL,
		Source: record.Source{
			Path:    "/srv/images/disk 1.img",
			Size:    1 << 42,
			ModTime: time.Date(2024, 2, 29, 23, 59, 59, 999999999, time.UTC),
			Change:  time.Date(1969, 12, 31, 23, 59, 59, 1, time.UTC),
			Inode:   1<<64 - 2,
		},
		Description: "the first disk",
		Name:        "2026/disk 1.img",
		Class:       "DEEP_ARCHIVE",
		PartSize:    128 << 20,
		ID:          "-upload_ID",
		State:       record.Open,
		TreeHash:    treehash.Sum([]byte("all")),
		Started:     instant.Add(-time.Hour),
		Sent:        1 << 40,
		Busy:        3*time.Hour + time.Nanosecond,
	}
}

// saved saves an upload and returns it.
func saved(t *testing.T, c *catalog.Catalog, u record.Upload) record.Upload {
	t.Helper()
	if err := c.SaveUpload(t.Context(), &u); err != nil {
		t.Fatalf("SaveUpload: %v", err)
	}
	return u
}

// aPart returns the n-th part of an upload with parts of 1 MiB.
func aPart(n int64) vault.Part {
	return vault.Part{
		Offset:   n * treehash.LeafSize,
		Size:     treehash.LeafSize,
		TreeHash: treehash.Sum([]byte{byte(n), byte(n >> 8)}),
		SHA256:   treehash.Sum([]byte{byte(n), byte(n >> 8), 1}),
		Receipt:  "etag",
	}
}

// all collects a list that must not fail.
func all[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	var items []T
	for item, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

// one collects a list that must have exactly one item.
func one[T any](t *testing.T, list iter.Seq2[T, error]) T {
	t.Helper()
	items := all(t, list)
	if len(items) != 1 {
		t.Fatalf("got %d items, want 1: %v", len(items), items)
	}
	return items[0]
}
