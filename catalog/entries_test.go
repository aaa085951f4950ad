package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// anInventory returns an inventory of the whole vault that is about to be read.
func anInventory(date time.Time) record.Inventory {
	return record.Inventory{Vault: vaultURL, Source: "job 1", Date: date, State: record.Reading, Started: instant}
}

func savedInventory(t *testing.T, c *catalog.Catalog, i record.Inventory) record.Inventory {
	t.Helper()
	if err := c.SaveInventory(t.Context(), &i); err != nil {
		t.Fatalf("SaveInventory: %v", err)
	}
	return i
}

// anEntry returns what an inventory lists of an archive.
func anEntry(id vault.ArchiveID) record.Archive {
	return record.Archive{
		ID: id, Name: "/old/photos.tar", ModTime: instant.Add(-time.Hour), Tool: "mt-aws-glacier",
		Description: "mt2 xyz", Size: 1 << 42, TreeHash: treehash.Sum([]byte("all")), Created: instant.Add(-time.Minute),
	}
}

// list saves what an inventory lists and finishes it.
func list(t *testing.T, c *catalog.Catalog, i record.Inventory, entries ...record.Archive) record.Inventory {
	t.Helper()
	i = savedInventory(t, c, i)
	if err := c.SaveEntries(t.Context(), &i, entries, nil, "end"); err != nil {
		t.Fatalf("SaveEntries: %v", err)
	}
	if err := c.FinishInventory(t.Context(), &i); err != nil {
		t.Fatalf("FinishInventory: %v", err)
	}
	return i
}

// get returns the archive of this id.
func get(t *testing.T, c *catalog.Catalog, id vault.ArchiveID) record.Archive {
	t.Helper()
	found, err := c.FindArchive(t.Context(), vaultURL, string(id))
	if err != nil || len(found) != 1 {
		t.Fatalf("FindArchive(%q) = %d archives, %v", id, len(found), err)
	}
	return found[0]
}

func TestInventoryKeepsEveryField(t *testing.T) {
	c := fresh(t)
	full := record.Inventory{
		Vault: vaultURL, Source: "file 00ff", Date: instant,
		List:  vault.Listing{Since: instant.Add(-1), Until: instant.Add(1), Limit: 7, Marker: "m", CSV: true},
		State: record.Read, Position: "at 5", Entries: 1, Bad: 2, Added: 3, Confirmed: 4, Differing: 5, Missing: 6, Settled: 7,
		Started: instant.Add(-time.Hour),
	}
	bare := record.Inventory{Vault: vaultURL, Source: "job 1"}
	for name, i := range map[string]record.Inventory{"full": full, "bare": bare} {
		want := savedInventory(t, c, i)
		if want.Key == 0 || !want.Updated.Equal(instant) {
			t.Errorf("%s: key %d, updated %s", name, want.Key, want.Updated)
		}
		got, err := c.FindInventory(t.Context(), vaultURL, i.Source)
		if err != nil || got != want {
			t.Errorf("%s: got  %+v, %v\nwant %+v", name, got, err, want)
		}
	}
	newest := savedInventory(t, c, bare)
	newest.Position = "on"
	newest = savedInventory(t, c, newest)
	if got, err := c.FindInventory(t.Context(), vaultURL, "job 1"); err != nil || got != newest {
		t.Errorf("got  %+v, %v\nwant the newest %+v", got, err, newest)
	}
	if got := all(t, c.Inventories(t.Context(), vaultURL)); len(got) != 3 || got[2] != newest {
		t.Errorf("Inventories: %+v", got)
	}
	for _, q := range [][2]string{{"glacier://other", "job 1"}, {vaultURL, "job 2"}} {
		if _, err := c.FindInventory(t.Context(), q[0], q[1]); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("FindInventory(%q): %v, want ErrNotFound", q, err)
		}
	}
	lost := record.Inventory{Key: 99}
	if err := c.SaveInventory(t.Context(), &lost); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
}

func TestSaveEntriesAddsWhatIsNotOnRecord(t *testing.T) {
	c := fresh(t)
	i := list(t, c, anInventory(instant), anEntry("b"), anEntry("a"))
	want := anEntry("a")
	want.Vault, want.Seen, want.State = vaultURL, instant, record.Confirmed
	if got := get(t, c, "a"); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if i.Entries != 2 || i.Added != 2 || i.Confirmed != 0 || i.Position != "end" || i.State != record.Read {
		t.Errorf("the inventory is %+v", i)
	}
	if got, err := c.FindInventory(t.Context(), vaultURL, "job 1"); err != nil || got != i {
		t.Errorf("on record  %+v, %v\nwant %+v", got, err, i)
	}
}

// What an entry makes of an archive on record.
func TestSaveEntriesComparesWithTheRecord(t *testing.T) {
	same := func(*record.Archive) {}
	for name, test := range map[string]struct {
		state             record.ArchiveState
		change            func(*record.Archive)
		want              record.ArchiveState
		differs, newer    bool
		confirmed, differ int64
	}{
		"stored":               {record.Stored, same, record.Confirmed, false, false, 1, 0},
		"confirmed":            {record.Confirmed, same, record.Confirmed, false, false, 1, 0},
		"differing, now right": {record.Differing, same, record.Confirmed, false, false, 1, 0},
		"missing, now there":   {record.Missing, same, record.Confirmed, false, false, 1, 0},
		"missing of a newer":   {record.Missing, same, record.Missing, false, true, 1, 0},
		"deleting":             {record.Deleting, same, record.Deleting, false, false, 1, 0},
		"deleted":              {record.Deleted, same, record.Deleted, false, false, 1, 0},
		"another size":         {record.Stored, func(a *record.Archive) { a.Size++ }, record.Differing, true, false, 0, 1},
		"another hash":         {record.Confirmed, func(a *record.Archive) { a.TreeHash[5]++ }, record.Differing, true, false, 0, 1},
		"deleted, another":     {record.Deleted, func(a *record.Archive) { a.Size++ }, record.Deleted, false, false, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			was := anArchive("a")
			was.State = test.state
			if was.IsGone() {
				was.Before, was.Deleted = record.Confirmed, instant
			}
			store(t, c, was)
			if test.newer {
				list(t, c, anInventory(instant.Add(time.Hour)))
			}
			e := anEntry("a")
			test.change(&e)
			i := list(t, c, anInventory(instant), e)
			got := get(t, c, "a")
			want := was
			want.State, want.Seen, want.ModTime = test.want, instant, e.ModTime // which was not known
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if i.Entries != 1 || i.Added != 0 || i.Confirmed != test.confirmed || i.Differing != test.differ {
				t.Errorf("the counts are %+v", i)
			}
		})
	}
}

func TestSaveEntriesFillsInWhatIsNotKnown(t *testing.T) {
	c := fresh(t)
	markDeleting(t, c, "a")
	list(t, c, anInventory(instant), anEntry("a"))
	want := anEntry("a")
	want.Vault, want.Seen, want.State = vaultURL, instant, record.Deleting
	want.Before, want.Deleted = record.Confirmed, instant
	if got := get(t, c, "a"); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	found, err := c.FindArchive(t.Context(), vaultURL, "photos.*")
	if err != nil || len(found) != 1 {
		t.Errorf("by its new name: %d archives, %v", len(found), err)
	}
}

func TestOlderInventoriesTellNoNewerDate(t *testing.T) {
	c := fresh(t)
	list(t, c, anInventory(instant), anEntry("a"))
	list(t, c, anInventory(instant.Add(-time.Hour)), anEntry("a"))
	if got := get(t, c, "a"); !got.Seen.Equal(instant) {
		t.Errorf("seen at %s, want %s", got.Seen, instant)
	}
	list(t, c, anInventory(instant.Add(time.Hour)), anEntry("a"))
	if got := get(t, c, "a"); !got.Seen.Equal(instant.Add(time.Hour)) {
		t.Errorf("seen at %s, want an hour later than %s", got.Seen, instant)
	}
}

func TestSaveEntriesSetsRejectsAside(t *testing.T) {
	c := fresh(t)
	i := savedInventory(t, c, anInventory(instant))
	rejects := []record.Reject{{Reason: "no size", Raw: "\xff{"}, {Reason: "no id", Raw: ""}}
	if err := c.SaveEntries(t.Context(), &i, []record.Archive{anEntry("a")}, rejects, "at 3"); err != nil {
		t.Fatal(err)
	}
	if i.Entries != 3 || i.Bad != 2 || i.Added != 1 || i.Position != "at 3" {
		t.Errorf("the inventory is %+v", i)
	}
	for n := range rejects {
		rejects[n].Vault, rejects[n].Inventory = vaultURL, i.Key
	}
	if got := all(t, c.Rejects(t.Context(), i.Key)); !slices.Equal(got, rejects) {
		t.Errorf("got  %+v\nwant %+v", got, rejects)
	}
}

func TestSaveEntriesFailsWhole(t *testing.T) {
	c := fresh(t)
	i := savedInventory(t, c, anInventory(instant))
	late := anEntry("late")
	late.Created = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	before := i
	if err := c.SaveEntries(t.Context(), &i, []record.Archive{anEntry("a"), late}, nil, "end"); err == nil {
		t.Error("no error")
	}
	if i != before {
		t.Errorf("the inventory was changed to %+v", i)
	}
	if got := all(t, c.Archives(t.Context(), catalogAll)); len(got) != 0 {
		t.Errorf("%d archives were saved", len(got))
	}
	never, gone := anInventory(instant), anInventory(instant)
	gone.Key = 77
	if err := c.SaveEntries(t.Context(), &never, nil, nil, ""); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("never saved: %v, want ErrInvalid", err)
	}
	if err := c.SaveEntries(t.Context(), &gone, []record.Archive{anEntry("a")}, nil, ""); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
}

// A list that names an archive twice, in one call or in two, is believed the
// first time.
func TestSaveEntriesOfTwins(t *testing.T) {
	c := fresh(t)
	first, second := anEntry("a"), anEntry("a")
	second.Name, second.Size = "second", 5
	i := savedInventory(t, c, anInventory(instant))
	for _, entries := range [][]record.Archive{{first, second}, {second, anEntry("b")}} {
		if err := c.SaveEntries(t.Context(), &i, entries, nil, "on"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.FinishInventory(t.Context(), &i); err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, "a"); got.Name != first.Name || got.Size != first.Size || got.State != record.Confirmed {
		t.Errorf("got %+v", got)
	}
	if i.Entries != 4 || i.Added != 2 || i.Added+i.Confirmed+i.Differing != 4 {
		t.Errorf("the counts are %+v", i)
	}
	if got := all(t, c.Archives(t.Context(), catalog.Filter{})); len(got) != 2 {
		t.Errorf("%d archives, want 2", len(got))
	}
}

// An inventory that was not finished has its archives where every command finds
// them, and a catalog opened anew goes on with it.
func TestUnfinishedInventory(t *testing.T) {
	path := t.TempDir() + "/catalog.db"
	c := open(t, path)
	store(t, c, anArchive("stored"))
	i := savedInventory(t, c, anInventory(instant))
	early := anEntry("early")
	early.Created = instant.Add(-time.Hour)
	if err := c.SaveEntries(t.Context(), &i, []record.Archive{anEntry("late"), early}, nil, "at 2"); err != nil {
		t.Fatal(err)
	}
	look := func(c *catalog.Catalog) {
		t.Helper()
		if got, want := ids(all(t, c.Archives(t.Context(), catalog.Filter{}))), []vault.ArchiveID{"early", "late", "stored"}; !slices.Equal(got, want) {
			t.Errorf("Archives: %q, want %q", got, want)
		}
		if got, want := ids(all(t, c.Present(t.Context(), vaultURL, 0, "early"))), []vault.ArchiveID{"late", "stored"}; !slices.Equal(got, want) {
			t.Errorf("Present: %q, want %q", got, want)
		}
		for _, ref := range []string{"late", "photos.tar", "/old/*", "mt2*"} {
			found, err := c.FindArchive(t.Context(), vaultURL, ref)
			want := map[string]int{"late": 1, "photos.tar": 2, "/old/*": 2}[ref]
			if err != nil || len(found) != want {
				t.Errorf("FindArchive(%q) = %d archives, %v; want %d", ref, len(found), err, want)
			}
		}
	}
	look(c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = open(t, path)
	look(c)
	i, err := c.FindInventory(t.Context(), vaultURL, "job 1")
	if err != nil || i.Position != "at 2" {
		t.Fatalf("got %+v, %v", i, err)
	}
	// Another inventory that begins meanwhile knows them too.
	other := anInventory(instant.Add(time.Hour))
	other.Source = "job 2"
	other = list(t, c, other, early)
	if other.Confirmed != 1 || other.Added != 0 {
		t.Errorf("the other inventory is %+v", other)
	}
	if err := c.SaveEntries(t.Context(), &i, []record.Archive{anEntry("stored")}, nil, "end"); err != nil {
		t.Fatal(err)
	}
	if err := c.FinishInventory(t.Context(), &i); err != nil || i.Confirmed != 1 || i.Added != 2 {
		t.Errorf("the inventory is %+v, %v", i, err)
	}
	look(c)
}

// More entries than one statement takes, some known and some not.
func TestSaveManyEntries(t *testing.T) {
	c := fresh(t)
	var entries []record.Archive
	for n := range 2345 {
		e := anEntry(vault.ArchiveID(fmt.Sprintf("id %d", n*2%2345)))
		e.Name = fmt.Sprintf("/srv/%d/file %d", n%10, n)
		entries = append(entries, e)
	}
	list(t, c, anInventory(instant), entries[:1234]...)
	i := list(t, c, anInventory(instant.Add(time.Hour)), entries...)
	if i.Confirmed != 1234 || i.Added != 1111 || i.Entries != 2345 {
		t.Errorf("the counts are %+v", i)
	}
	if got := all(t, c.Archives(t.Context(), catalog.Filter{Glob: "/srv/3/*"})); len(got) != 235 {
		t.Errorf("%d archives in one directory, want 235", len(got))
	}
}

// A name that an earlier firn could not read out of the description is read by a later
// inventory; one that is known otherwise stays.
func TestInventoryReadsNamesAgain(t *testing.T) {
	c := fresh(t)
	unread := anEntry("unread")
	unread.Name, unread.Tool, unread.Description = "%C3%A9t%C3%A9", "", "%C3%A9t%C3%A9"
	known := unread
	known.ID, known.Name = "known", "/home/ann/summer"
	list(t, c, anInventory(instant), unread, known)
	unread.Name, known.Name = "été", "été"
	i := anInventory(instant.Add(time.Hour))
	i.Source = "job 2"
	list(t, c, i, unread, known)
	if got := get(t, c, "unread").Name; got != "été" {
		t.Errorf("the name is %q, want the one that the description tells", got)
	}
	if found, err := c.FindArchive(t.Context(), vaultURL, "ét*"); err != nil || len(found) != 1 {
		t.Errorf("%d archives are found by that name, %v; want 1", len(found), err)
	}
	if got := get(t, c, "known").Name; got != "/home/ann/summer" {
		t.Errorf("the name on record became %q", got)
	}
}

// A tree hash on record counts, also where the size is not known: a list that tells
// another one does not take its place.
func TestSaveEntriesCompareHashesWithoutASize(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*record.Archive)
		state  record.ArchiveState
		size   int64
	}{
		"the same": {func(*record.Archive) {}, record.Confirmed, anEntry("a").Size},
		"no hash":  {func(e *record.Archive) { e.TreeHash = treehash.Hash{} }, record.Confirmed, anEntry("a").Size},
		"another":  {func(e *record.Archive) { e.TreeHash[5]++ }, record.Differing, -1},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			was := anArchive("a")
			was.Size = -1
			store(t, c, was)
			e := anEntry("a")
			test.change(&e)
			list(t, c, anInventory(instant), e)
			if got := get(t, c, "a"); got.State != test.state || got.TreeHash != was.TreeHash || got.Size != test.size {
				t.Errorf("got %+v", got)
			}
		})
	}
}
