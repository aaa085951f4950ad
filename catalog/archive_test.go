package catalog_test

import (
	"slices"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

var catalogAll = catalog.Filter{All: true}

// anArchive returns an archive with every field set.
func anArchive(id vault.ArchiveID) record.Archive {
	return record.Archive{
		Vault:       vaultURL,
		ID:          id,
		Name:        "/srv/images/disk 1.img",
		Description: "the first disk",
		Size:        1 << 42,
		TreeHash:    treehash.Sum([]byte("all")),
		Created:     instant,
		State:       record.Stored,
	}
}

// store brings archives into the catalog as uploads do.
func store(t *testing.T, c *catalog.Catalog, archives ...record.Archive) {
	t.Helper()
	for _, a := range archives {
		u := saved(t, c, anUpload())
		if err := c.FinishUpload(t.Context(), &u, a); err != nil {
			t.Fatalf("FinishUpload: %v", err)
		}
	}
}

// ids returns the ids of archives.
func ids(archives []record.Archive) []vault.ArchiveID {
	var got []vault.ArchiveID
	for _, a := range archives {
		got = append(got, a.ID)
	}
	return got
}

func TestFindArchivesBySource(t *testing.T) {
	c := fresh(t)
	a, b, elsewhere, named, described, sized, gone := anArchive("a"), anArchive("b"), anArchive("a"),
		anArchive("named"), anArchive("described"), anArchive("sized"), anArchive("gone")
	b.Created = instant.Add(time.Nanosecond)
	elsewhere.Vault = "glacier://other"
	named.Name += "/"
	described.Description = ""
	sized.Size++
	gone.State = record.Deleted
	store(t, c, b, a, elsewhere, named, described, sized, gone)

	got := all(t, c.FindArchives(t.Context(), vaultURL, a.Name, a.Description, a.Size))
	if want := []record.Archive{b, a}; !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestArchivesAreFilteredAndOrdered(t *testing.T) {
	c := fresh(t)
	old, recent, gone, elsewhere := anArchive("old"), anArchive("recent"), anArchive("gone"), anArchive("elsewhere")
	old.Created = instant.Add(-time.Hour)
	old.Name, old.Description = "/home/ann/photos.tar", "summer"
	gone.State = record.Deleted
	elsewhere.Vault, elsewhere.Created = "file:///srv/cold", instant.Add(time.Hour)
	store(t, c, recent, gone, old, elsewhere)

	for name, test := range map[string]struct {
		filter catalog.Filter
		want   []vault.ArchiveID
	}{
		"stored":      {catalog.Filter{}, []vault.ArchiveID{"elsewhere", "old", "recent"}},
		"all":         {catalog.Filter{All: true}, []vault.ArchiveID{"elsewhere", "old", "recent", "gone"}},
		"one vault":   {catalog.Filter{Vault: vaultURL}, []vault.ArchiveID{"old", "recent"}},
		"base name":   {catalog.Filter{Glob: "*.tar"}, []vault.ArchiveID{"old"}},
		"name":        {catalog.Filter{Glob: "/srv/**"}, []vault.ArchiveID{"elsewhere", "recent"}},
		"description": {catalog.Filter{Glob: "sum*"}, []vault.ArchiveID{"old"}},
		"nothing":     {catalog.Filter{Glob: "winter"}, nil},
	} {
		if got := ids(all(t, c.Archives(t.Context(), test.filter))); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestFindArchiveByReference(t *testing.T) {
	c := fresh(t)
	photos, videos, odd, gone := anArchive("-abcdef"), anArchive("-abcxyz"), anArchive("odd"), anArchive("-gone")
	photos.Name, photos.Description = "/home/ann/photos.tar", "summer"
	videos.Name, videos.Description = "/home/ann/videos.tar", "summer"
	odd.Name, odd.Description = "/home/ann/a[b.tar", ""
	gone.Name, gone.Description, gone.State = "/home/ann/gone.tar", "summer", record.Deleted
	elsewhere := photos
	elsewhere.Vault = "glacier://other"
	store(t, c, photos, videos, odd, gone, elsewhere)

	for name, test := range map[string]struct {
		ref  string
		want []vault.ArchiveID
	}{
		"id":                  {"-abcdef", []vault.ArchiveID{"-abcdef"}},
		"deleted id":          {"-gone", []vault.ArchiveID{"-gone"}},
		"prefix":              {"-abcd", []vault.ArchiveID{"-abcdef"}},
		"prefix of two":       {"-abc", []vault.ArchiveID{"-abcdef", "-abcxyz"}},
		"prefix is no glob":   {"-ab%", nil},
		"prefix has its case": {"-ABC", nil},
		"name":                {"/home/ann/videos.tar", []vault.ArchiveID{"-abcxyz"}},
		"base name":           {"videos.tar", []vault.ArchiveID{"-abcxyz"}},
		"glob of base name":   {"v*.tar", []vault.ArchiveID{"-abcxyz"}},
		"glob of name":        {"/home/**/p*", []vault.ArchiveID{"-abcdef"}},
		"description":         {"summer", []vault.ArchiveID{"-abcdef", "-abcxyz"}},
		"no valid pattern":    {"a[b.tar", []vault.ArchiveID{"odd"}},
		"nothing":             {"winter", nil},
		"empty":               {"", nil},
	} {
		got, err := c.FindArchive(t.Context(), vaultURL, test.ref)
		if err != nil || !slices.Equal(ids(got), test.want) {
			t.Errorf("%s: FindArchive(%q) = %q, %v; want %q", name, test.ref, ids(got), err, test.want)
		}
	}
}
