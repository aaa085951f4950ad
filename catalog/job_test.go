package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// aJob returns a job with every field set, never saved.
func aJob(id vault.JobID) record.Job {
	return record.Job{
		Vault: vaultURL, ID: id, Kind: vault.RetrieveArchive, Archive: "a",
		Range: vault.Range{Offset: treehash.LeafSize, Size: 5},
		List:  vault.Listing{Since: instant, Until: instant.Add(5)},
		Tier:  vault.Bulk, Token: "token", Description: "firn \xfftoken", Status: vault.Succeeded, Message: "\x00 fine",
		Started: instant, Completed: instant.Add(1), Expires: instant.Add(2),
	}
}

func TestJobs(t *testing.T) {
	c := fresh(t)
	full := aJob("job")
	bare := record.Job{Vault: "glacier://other", Kind: vault.RetrieveInventory, Status: vault.InProgress}
	for _, j := range []*record.Job{&full, &bare} {
		if err := c.SaveJob(t.Context(), j); err != nil || j.Key == 0 {
			t.Fatalf("SaveJob: %v, key %d", err, j.Key)
		}
	}
	bare.ID, bare.Status = "late", vault.Failed
	if err := c.SaveJob(t.Context(), &bare); err != nil {
		t.Fatal(err)
	}
	if got, want := all(t, c.Jobs(t.Context(), "")), []record.Job{full, bare}; !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := one(t, c.Jobs(t.Context(), vaultURL)); got != full {
		t.Errorf("got  %+v\nwant %+v", got, full)
	}
	unknown := record.Job{Key: 77}
	if err := c.SaveJob(t.Context(), &unknown); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
}

func TestJobsForAnArchive(t *testing.T) {
	c := fresh(t)
	first, second, inventory, elsewhere := aJob("first"), aJob("second"), aJob("inventory"), aJob("elsewhere")
	second.Status = record.Gone
	inventory.Kind, inventory.Archive = vault.RetrieveInventory, ""
	elsewhere.Vault = "glacier://other"
	for _, j := range []*record.Job{&first, &inventory, &second, &elsewhere} {
		if err := c.SaveJob(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := all(t, c.JobsFor(t.Context(), vaultURL, "a")), []record.Job{second, first}; !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v, newest first", got, want)
	}
	if got := one(t, c.JobsFor(t.Context(), vaultURL, "")); got != inventory {
		t.Errorf("got  %+v\nwant %+v", got, inventory)
	}
	if got := all(t, c.JobsFor(t.Context(), vaultURL, "b")); len(got) != 0 {
		t.Errorf("another archive has %d jobs", len(got))
	}
}
