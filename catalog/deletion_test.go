package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"firn/record"
	"firn/vault"
)

func TestDeletionInTwoSteps(t *testing.T) {
	c := fresh(t)
	store(t, c, anArchive("a"), anArchive("b"))
	if at, err := c.LastDeleted(t.Context(), vaultURL); err != nil || !at.IsZero() {
		t.Errorf("before any: %s, %v", at, err)
	}
	states := func() (got []record.ArchiveState) {
		for _, id := range []vault.ArchiveID{"a", "b", "unknown"} {
			got = append(got, get(t, c, id).State)
		}
		return got
	}
	both := []vault.ArchiveID{"a", "unknown"}
	for range 2 {
		if err := c.MarkDeleting(t.Context(), vaultURL, both); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := states(), []record.ArchiveState{record.Deleting, record.Stored, record.Deleting}; !slices.Equal(got, want) {
		t.Errorf("asked: %s, want %s", got, want)
	}
	if a := get(t, c, "unknown"); a.Size != -1 || !a.TreeHash.IsZero() {
		t.Errorf("what only its id is known of is %+v", a)
	}
	for range 2 {
		if err := c.MarkDeleted(t.Context(), vaultURL, both); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.MarkDeleting(t.Context(), vaultURL, both[:1]); err != nil {
		t.Fatal(err)
	}
	if got, want := states(), []record.ArchiveState{record.Deleted, record.Stored, record.Deleted}; !slices.Equal(got, want) {
		t.Errorf("accepted: %s, want %s", got, want)
	}
	if at, err := c.LastDeleted(t.Context(), vaultURL); err != nil || !at.Equal(instant) {
		t.Errorf("last at %s, %v; want %s", at, err, instant)
	}
	if got := one(t, c.Present(t.Context(), vaultURL, "")); got.ID != "b" {
		t.Errorf("present is %q", got.ID)
	}
}

func TestMarkDeletedKnowsAll(t *testing.T) {
	c := fresh(t)
	store(t, c, anArchive("a"))
	err := c.MarkDeleted(t.Context(), vaultURL, []vault.ArchiveID{"unknown", "a"})
	if !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if got := get(t, c, "a"); got.State != record.Deleted {
		t.Errorf("the other one is %s", got.State)
	}
	if err := c.MarkDeleted(t.Context(), "glacier://other", []vault.ArchiveID{"a"}); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("another vault: %v, want ErrNotFound", err)
	}
}

func TestMarkRefused(t *testing.T) {
	c := fresh(t)
	deleted := anArchive("deleted")
	deleted.State = record.Deleted
	store(t, c, anArchive("stored"), anArchive("other"), deleted)
	list(t, c, anInventory(instant), anEntry("listed"))
	asked := []vault.ArchiveID{"stored", "listed", "deleted"}
	if err := c.MarkDeleting(t.Context(), vaultURL, asked); err != nil {
		t.Fatal(err)
	}
	if err := c.MarkRefused(t.Context(), vaultURL, append(asked, "other", "unknown")); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[vault.ArchiveID]record.ArchiveState{
		"stored": record.Stored, "listed": record.Confirmed, "deleted": record.Deleted, "other": record.Stored,
	} {
		if got := get(t, c, id); got.State != want {
			t.Errorf("%s is %s, want %s", id, got.State, want)
		}
	}
}
