package catalog_test

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

const (
	oldName   = "glacier://v?region=us-east-1&endpoint=http://localhost:8333"
	otherName = "glacier://v?region=us-east-1&endpoint=http://[::1]:8333"
	newName   = "glacier://v?region=us-east-1&endpoint=http://127.0.0.1:8333"
	elsewhere = "glacier://v?region=us-west-2"
)

// storedIn brings an archive into a catalog as an upload does.
func storedIn(t *testing.T, c *catalog.Catalog, vaultURL string, id vault.ArchiveID, path string, hash treehash.Hash, at time.Time) {
	t.Helper()
	u := record.Upload{
		Vault: vaultURL, Source: record.Source{Path: path, Size: 5}, Description: "d", PartSize: 1 << 20, ID: vault.UploadID("up-" + id),
		State: record.Open, TreeHash: hash, Started: at,
	}
	if err := c.SaveUpload(t.Context(), &u); err != nil {
		t.Fatal(err)
	}
	u.ArchiveID = id
	if err := c.FinishUpload(t.Context(), &u, record.Archive{
		Vault: vaultURL, ID: id, Name: path, Description: "d", Size: 5, TreeHash: hash, Created: at, State: record.Stored,
	}); err != nil {
		t.Fatal(err)
	}
}

// listedIn files what an inventory job lists.
func listedIn(t *testing.T, c *catalog.Catalog, vaultURL, job string, at time.Time, hash treehash.Hash, ids ...vault.ArchiveID) {
	t.Helper()
	i := record.Inventory{Vault: vaultURL, Source: "job " + job, Date: at, State: record.Reading, Started: at}
	if err := c.SaveInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	var entries []record.Archive
	for _, id := range ids {
		entries = append(entries, record.Archive{ID: id, Name: "d", Description: "d", Size: 5, TreeHash: hash, Created: at.Add(-time.Hour)})
	}
	if err := c.SaveEntries(t.Context(), &i, entries, nil, ""); err != nil {
		t.Fatal(err)
	}
	if err := c.FinishInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
}

// spelled is a catalog in which one vault has three names, and another one its own.
func spelled(t *testing.T, path string) {
	t.Helper()
	ctx := t.Context()
	c, err := catalog.Open(ctx, path, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	hash := treehash.Sum([]byte("12345"))
	storedIn(t, c, oldName, "both", "/srv/both.tar", hash, day)
	storedIn(t, c, oldName, "old", "/srv/old.tar", hash, day)
	storedIn(t, c, newName, "new", "/srv/new.tar", hash, day)
	storedIn(t, c, otherName, "other", "/srv/other.tar", hash, day)
	storedIn(t, c, elsewhere, "both", "/srv/elsewhere.tar", hash, day)
	listedIn(t, c, newName, "j1", day.AddDate(0, 0, 1), hash, "both", "new", "found")
	listedIn(t, c, oldName, "j1", day.AddDate(0, 0, 1), hash, "both", "old")
	if err := c.MarkDeleted(ctx, oldName, []vault.ArchiveID{"old"}); err != nil {
		t.Fatal(err)
	}
	for n, name := range []string{oldName, newName} { // an upload that was found by the vault's list under the second name
		u := record.Upload{
			Vault: name, Source: record.Source{Path: "/srv/way.tar", Size: 9 << 20}, Description: "way", PartSize: 1 << 20, ID: "way",
			State: record.Open, Started: day.Add(time.Duration(n) * time.Hour),
		}
		if err := c.SaveUpload(ctx, &u); err != nil {
			t.Fatal(err)
		}
		if err := c.SavePart(ctx, u.Key, vault.Part{Size: 1 << 20, TreeHash: hash}); err != nil {
			t.Fatal(err)
		}
		j := record.Job{Vault: name, ID: "j1", Kind: vault.RetrieveInventory, Token: []string{"token", ""}[n], Status: vault.Succeeded, Started: day}
		if err := c.SaveJob(ctx, &j); err != nil {
			t.Fatal(err)
		}
		j = record.Job{Vault: name, Kind: vault.RetrieveArchive, Archive: "both", Status: record.Asking, Token: name, Started: day}
		if err := c.SaveJob(ctx, &j); err != nil {
			t.Fatal(err)
		}
		d := record.Download{Vault: name, Archive: "both", Target: "/srv/back", State: record.Receiving, Started: day.Add(time.Duration(n) * time.Hour)}
		if err := c.SaveDownload(ctx, &d); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantOneVault checks that the names have become one, with everything once.
func wantOneVault(t *testing.T, c *catalog.Catalog) {
	t.Helper()
	ctx := t.Context()
	if _, err := c.Check(ctx, func(catalog.Contents) {}); err != nil {
		t.Error(err)
	}
	byID := map[vault.ArchiveID]record.Archive{}
	for _, a := range all(t, c.Archives(ctx, catalog.Filter{Vault: newName, All: true})) {
		if _, twice := byID[a.ID]; twice || a.Vault != newName {
			t.Errorf("archive %+v", a)
		}
		byID[a.ID] = a
	}
	if got := slices.Sorted(maps.Keys(byID)); !slices.Equal(got, []vault.ArchiveID{"both", "found", "new", "old", "other"}) {
		t.Errorf("the vault has the archives %q", got)
	}
	if a := byID["both"]; a.Name != "/srv/both.tar" || a.State != record.Confirmed || a.Seen.IsZero() || a.Size != 5 {
		t.Errorf("what both had is %+v", a)
	}
	if a := byID["old"]; a.State != record.Deleted {
		t.Errorf("what was deleted is %+v", a)
	}
	if found := all(t, c.FindArchives(ctx, newName, "/srv/both.tar", "d", 5)); len(found) != 1 {
		t.Errorf("by its path are found %+v", found)
	}
	if found := all(t, c.Archives(ctx, catalog.Filter{})); len(found) != 5 {
		t.Errorf("there are %d archives, of which one is elsewhere", len(found))
	}
	way := 0
	for _, u := range all(t, c.Uploads(ctx, "")) {
		if u.ID == "way" {
			way++
			if parts := all(t, c.Parts(ctx, u.Key)); len(parts) != 1 || u.Started.Hour() != 13 {
				t.Errorf("the unfinished upload is %+v with %d parts", u, len(parts))
			}
		}
		if u.Vault != newName && u.Vault != elsewhere {
			t.Errorf("an upload to %q", u.Vault)
		}
	}
	if way != 1 {
		t.Errorf("the unfinished upload is there %d times", way)
	}
	if jobs := all(t, c.Jobs(ctx, newName)); len(jobs) != 3 {
		t.Errorf("there are %d jobs: %+v", len(jobs), jobs)
	}
	if j := one(t, c.JobsFor(ctx, newName, "")); j.Token != "token" {
		t.Errorf("the job that was known twice is %+v", j)
	}
	if i := one(t, c.Inventories(ctx, "")); i.Vault != newName || i.State != record.Read {
		t.Errorf("the inventory is %+v", i)
	}
	if d, err := c.FindDownload(ctx, newName, "both", "/srv/back"); err != nil || d.Started.Hour() != 13 {
		t.Errorf("the download is %+v, %v", d, err)
	}
	if deleted, err := c.LastDeleted(ctx, newName); err != nil || deleted.IsZero() {
		t.Errorf("when something was deleted: %v, %v", deleted, err)
	}
}

// A catalog in which an earlier firn took spellings of one vault for several is
// brought together when it is opened.
func TestVaultsGetTheirNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	spelled(t, path)
	change(t, path, append(before8, `DELETE FROM goose_db_version WHERE version_id >= 5`)...)
	for range 2 { // the second time there is nothing to do
		wantOneVault(t, open(t, path))
	}
}

// So is what an earlier firn has exported.
func TestImportedVaultsGetTheirNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	spelled(t, path)
	var export bytes.Buffer
	if _, err := open(t, path).Export(t.Context(), &export, func(catalog.Contents) {}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(export.String(), "localhost") {
		t.Fatal("the export has no old name")
	}
	c := open(t, filepath.Join(t.TempDir(), "catalog.db"))
	for range 2 {
		if _, err := c.Import(t.Context(), bytes.NewReader(export.Bytes()), func(catalog.Contents) {}); err != nil {
			t.Fatal(err)
		}
		wantOneVault(t, c)
	}
}

// That the vault was asked to complete an upload is not forgotten for a later record of
// it under another name.
func TestRenamingKeepsWhatMayBeAnArchive(t *testing.T) {
	for _, state := range []record.UploadState{record.Unknown, record.Completing} {
		path := filepath.Join(t.TempDir(), "catalog.db")
		at := instant
		c, err := catalog.Open(t.Context(), path, catalog.Options{Now: func() time.Time { at = at.Add(time.Hour); return at }})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range []record.Upload{{Vault: oldName, State: state}, {Vault: newName, State: record.Expired}} {
			u.Source.Path, u.ID, u.PartSize = "/srv/way.tar", "way", 1<<20
			if err := c.SaveUpload(t.Context(), &u); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		change(t, path, append(before8, `DELETE FROM goose_db_version WHERE version_id >= 5`)...)
		if got := one(t, open(t, path).Uploads(t.Context(), newName)); got.State != state {
			t.Errorf("it is %s, was %s", got.State, state)
		}
	}
}
