package admin

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/record"
	"firn/source"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
	"firn/vault/vaulturl"
)

// After a lost answer it is unknown whether the archive is deleted. It can be deleted again, and
// then it is in the state "deleted".
func TestDeleteAgainAfterALostAnswer(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	p := cli.NewProgram([]string{"firn"}, null, null, null)
	p.CatalogPath = filepath.Join(dir, "catalog.db")
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	place, err := vaulturl.OpenPlace(ctx, filepath.Join(dir, "demo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(place.CreateVault(ctx, place.Name), place.Close()); err != nil {
		t.Fatal(err)
	}
	v, err := vaulturl.Open(ctx, filepath.Join(dir, "demo"), vaulturl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	lost := errors.New("the line broke")
	faulty := &vaulturl.Vault{Vault: vaulttest.NewFaulty(v, vaulttest.Fault{
		Method: "DeleteArchive", Call: 1, Err: lost, After: true,
	})}
	stored, err := upload.From(ctx, depot.Depot{Vault: v, Journal: c}, sourceIn(t, dir), upload.Options{})
	if err != nil {
		t.Fatal(err)
	}

	if err := deleteOne(ctx, p, c, faulty, record.Archive{ID: stored.ArchiveID}); !errors.Is(err, lost) {
		t.Fatalf("the first time: %v, want %v", err, lost)
	}
	if got := state(t, c, v.URL(), stored.ArchiveID); got != record.Deleting {
		t.Errorf("after a lost answer the archive is %s", got)
	}
	if err := deleteOne(ctx, p, c, faulty, record.Archive{ID: stored.ArchiveID}); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	if got := state(t, c, v.URL(), stored.ArchiveID); got != record.Deleted {
		t.Errorf("after the answer the archive is %s", got)
	}
}

func sourceIn(t *testing.T, dir string) *source.Source {
	t.Helper()
	path := filepath.Join(dir, "june.tar")
	if err := os.WriteFile(path, []byte("june"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // read only
	return s
}

func state(t *testing.T, c *catalog.Catalog, url string, id vault.ArchiveID) record.ArchiveState {
	t.Helper()
	found, err := c.FindArchive(t.Context(), url, string(id))
	if err != nil || len(found) != 1 {
		t.Fatalf("the catalog has %d such archives, %v", len(found), err)
	}
	return found[0].State
}
