package catalog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

func TestNamesFrom(t *testing.T) {
	c := fresh(t)
	for n, name := range []string{"/srv/a/june.tar", "/srv/b/june.tar", "/srv/july.tar", "august.tar", "june.log"} {
		a := anArchive(vault.ArchiveID(fmt.Sprintf("id-%d", n)))
		a.Name, a.Description = name, ""
		if name == "june.log" {
			a.State = record.Deleted
		}
		store(t, c, a)
	}
	for _, test := range []struct {
		prefix string
		limit  int
		want   []string
	}{
		{"", 9, []string{"august.tar", "july.tar", "june.tar"}},
		{"", 2, []string{"august.tar", "july.tar"}},
		{"ju", 9, []string{"july.tar", "june.tar"}},
		{"/", 9, []string{"/srv/a/june.tar", "/srv/b/june.tar", "/srv/july.tar"}},
		{"/srv/b", 9, []string{"/srv/b/june.tar"}},
		{"/srv/c", 9, nil},
		{"x", 9, nil},
	} {
		got, err := c.NamesFrom(t.Context(), vaultURL, test.prefix, test.limit)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, %v, want %q", test.prefix, got, err, test.want)
		}
	}
	if got, err := c.NamesFrom(t.Context(), "glacier://other", "", 9); err != nil || len(got) > 0 {
		t.Errorf("in another vault: %q, %v", got, err)
	}
	got, err := c.IDsFrom(t.Context(), vaultURL, "id-", 9)
	if want := []string{"id-0", "id-1", "id-2", "id-3"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("ids: %q, %v, want %q", got, err, want)
	}
}

func TestVaultURLs(t *testing.T) {
	c := fresh(t)
	store(t, c, anArchive("one"))
	u := anUpload()
	u.Vault = "glacier://uploads"
	saved(t, c, u)
	got, err := c.VaultURLs(t.Context(), 9)
	if want := []string{vaultURL, "glacier://uploads"}; err != nil || len(got) != 2 || !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// A look neither creates a catalog nor upgrades one, and cannot write.
func TestLookChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := catalog.Look(t.Context(), filepath.Join(dir, "catalog.db"), catalog.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no catalog: %v", err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was created: %v", err)
	}
	path, _ := many(t)
	files := beside(t, path)
	c, err := catalog.Look(t.Context(), path, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u := anUpload()
	if err := c.SaveUpload(t.Context(), &u); err == nil {
		t.Error("an upload was saved")
	}
	if names, err := c.NamesFrom(t.Context(), vaultURL, "", 9); err != nil || len(names) == 0 {
		t.Errorf("names: %q, %v", names, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if after := beside(t, path); !slices.Equal(after, files) {
		t.Errorf("beside it are %q, and before were %q", after, files)
	}
	older(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Look(t.Context(), path, catalog.Options{}); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("of an older schema: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(after, before) {
		t.Errorf("it was changed, %v", err)
	}
}

// beside returns the names of the files in the directory of a catalog.
func beside(t *testing.T, path string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// What a process that still writes has committed is seen.
func TestLookBesideAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, path)
	store(t, c, anArchive("new"))
	look, err := catalog.Look(t.Context(), path, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	if ids, err := look.IDsFrom(t.Context(), vaultURL, "n", 9); err != nil || !slices.Equal(ids, []string{"new"}) {
		t.Errorf("%q, %v", ids, err)
	}
}
