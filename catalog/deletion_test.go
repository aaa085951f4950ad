package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

// markDeleting marks archives of which the caller knows nothing but the ids.
func markDeleting(t *testing.T, c *catalog.Catalog, ids ...vault.ArchiveID) []record.Archive {
	t.Helper()
	var chosen []record.Archive
	for _, id := range ids {
		chosen = append(chosen, record.Archive{ID: id})
	}
	left, err := c.MarkDeleting(t.Context(), vaultURL, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// What an archive is when it is marked counts: not what it was when it was chosen.
func TestMarkDeletingWhatWasChosen(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*record.Archive)
		left   bool
	}{
		"as it was": {func(*record.Archive) {}, false},
		"confirmed": {func(a *record.Archive) { a.State = record.Confirmed }, false},
		"differing": {func(a *record.Archive) { a.State = record.Differing }, true},
		"deleting":  {func(a *record.Archive) { a.State = record.Deleting }, true},
		"deleted":   {func(a *record.Archive) { a.State = record.Deleted }, true},
		"ETag":      {func(a *record.Archive) { a.ETag = "other" }, true},
		"date":      {func(a *record.Archive) { a.ETag, a.Dated = "e", instant.Add(day) }, true},
		"size":      {func(a *record.Archive) { a.Size++ }, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			was := anArchive("a")
			was.ETag, was.Dated = "e", instant
			is := was
			test.change(&is)
			store(t, c, is, anArchive("b"))
			want := get(t, c, "a")
			left, err := c.MarkDeleting(t.Context(), vaultURL, []record.Archive{was, get(t, c, "b")})
			if err != nil || (len(left) > 0) != test.left || get(t, c, "b").State != record.Deleting {
				t.Fatalf("left %+v, %v; the other one is %s", left, err, get(t, c, "b").State)
			}
			switch got := get(t, c, "a"); {
			case test.left && (got != want || left[0] != want):
				t.Errorf("got %+v, left %+v, want %+v", got, left, want)
			case !test.left && got.State != record.Deleting:
				t.Errorf("it is %s", got.State)
			}
		})
	}
}

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
		markDeleting(t, c, both...)
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
	if left := markDeleting(t, c, both...); len(left) != 2 || left[0].State != record.Deleted {
		t.Errorf("deleted already: %+v", left)
	}
	if got, want := states(), []record.ArchiveState{record.Deleted, record.Stored, record.Deleted}; !slices.Equal(got, want) {
		t.Errorf("accepted: %s, want %s", got, want)
	}
	if at, err := c.LastDeleted(t.Context(), vaultURL); err != nil || !at.Equal(instant) {
		t.Errorf("last at %s, %v; want %s", at, err, instant)
	}
	if got := one(t, c.Present(t.Context(), vaultURL, 0, "")); got.ID != "b" {
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
	markDeleting(t, c, asked...)
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

// What a vault refuses to delete is what it was before, whatever that was: the
// warnings about it stand, after a crash and on another machine, too.
func TestMarkRefusedBringsTheStateBack(t *testing.T) {
	for _, before := range []record.ArchiveState{record.Stored, record.Confirmed, record.Differing, record.Missing} {
		t.Run(string(before), func(t *testing.T) {
			c := fresh(t)
			a := anArchive("a")
			a.State = before
			store(t, c, a)
			if before != record.Stored {
				list(t, c, anInventory(instant.Add(-day)), anEntry("other"))
			}
			want := get(t, c, "a")
			for range 2 { // the first run was killed
				markDeleting(t, c, "a")
			}
			other := fresh(t)
			importInto(t, other, export(t, c))
			for _, c := range []*catalog.Catalog{c, other} {
				if err := c.MarkRefused(t.Context(), vaultURL, []vault.ArchiveID{"a"}); err != nil {
					t.Fatal(err)
				}
				if got := get(t, c, "a"); got != want {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
			}
		})
	}
}

// While the vault's answer is awaited an inventory may tell more of an archive, and
// that is what counts if it is refused.
func TestInventoryOfWhatIsBeingDeleted(t *testing.T) {
	for want, change := range map[record.ArchiveState]func(*record.Archive){
		record.Confirmed: func(*record.Archive) {},
		record.Differing: func(a *record.Archive) { a.TreeHash[0]++ },
	} {
		c := fresh(t)
		store(t, c, anArchive("a"))
		markDeleting(t, c, "a")
		e := anEntry("a")
		change(&e)
		i := list(t, c, anInventory(instant), e)
		if got := get(t, c, "a"); got.State != record.Deleting || i.Differing != 0 || i.Confirmed != 1 {
			t.Errorf("it is %s, the counts are %+v", got.State, i)
		}
		if err := c.MarkRefused(t.Context(), vaultURL, []vault.ArchiveID{"a"}); err != nil {
			t.Fatal(err)
		}
		if got := get(t, c, "a"); got.State != want {
			t.Errorf("refused, it is %s, want %s", got.State, want)
		}
	}
}
