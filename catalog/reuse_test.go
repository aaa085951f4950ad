package catalog_test

import (
	"errors"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// anObject is what the list of a bucket tells of a key: no tree hash, but an ETag.
func anObject(etag string, dated time.Time) record.Archive {
	return record.Archive{ID: "a", Name: "a", Size: 1 << 42, Created: dated, ETag: etag, Dated: dated}
}

// What a list tells of an archive that is deleted on record.
func TestListsOfWhatIsDeleted(t *testing.T) {
	const hour, minute = time.Hour, time.Minute
	plain := func(created time.Duration) record.Archive {
		e := anEntry("a")
		e.Created = instant.Add(created)
		return e
	}
	object := func(etag string, dated time.Duration) record.Archive { return anObject(etag, instant.Add(dated)) }
	longer := object("new", minute)
	longer.Size++
	was := anArchive("a") // deleted at instant
	was.Created = instant.Add(-5 * hour)
	known := was
	known.ETag, known.Dated = "old", instant.Add(-6*hour)
	unknown := record.Archive{Vault: vaultURL, ID: "a", Size: -1}
	for name, c := range map[string]struct {
		was    record.Archive
		after  time.Duration // the date of the list, from the deletion
		entry  record.Archive
		want   record.ArchiveState // empty: as it was
		hash   bool                // is still believed
		counts record.Inventory
	}{
		"a vault lags by a day":            {was, 40 * hour, plain(-5 * hour), "", true, record.Inventory{Confirmed: 1}},
		"a vault lags by two days":         {was, 48 * hour, plain(-5 * hour), "", true, record.Inventory{Confirmed: 1}},
		"it is listed on and on":           {was, 49 * hour, plain(-5 * hour), record.Confirmed, true, record.Inventory{Confirmed: 1, Returned: 1}},
		"the clock of the vault is ahead":  {was, 40 * hour, plain(14 * minute), "", true, record.Inventory{Confirmed: 1}},
		"made long after the deletion":     {was, 40 * hour, plain(hour), record.Confirmed, true, record.Inventory{Added: 1}},
		"the list is older":                {known, -minute, object("new", -2*minute), "", true, record.Inventory{Confirmed: 1}},
		"other bytes under the key":        {known, minute, object("new", 1), record.Confirmed, false, record.Inventory{Added: 1}},
		"dated by a clock that is behind":  {known, minute, object("new", -hour), record.Confirmed, false, record.Inventory{Added: 1}},
		"more bytes under the key":         {known, minute, longer, record.Confirmed, false, record.Inventory{Added: 1}},
		"the same bytes once more":         {known, minute, object("old", 1), record.Confirmed, false, record.Inventory{Added: 1}},
		"the same object, still":           {known, minute, object("old", -6*hour), "", true, record.Inventory{Confirmed: 1}},
		"the same object, for days":        {known, 49 * hour, object("old", -6*hour), record.Confirmed, true, record.Inventory{Confirmed: 1, Returned: 1}},
		"an object without an ETag before": {was, minute, object("new", -minute), record.Confirmed, false, record.Inventory{Added: 1}},
		"and as old as what was deleted":   {was, minute, object("new", -5*hour), "", true, record.Inventory{Confirmed: 1}},
		"of which only the id was known":   {unknown, minute, object("new", -1), record.Confirmed, false, record.Inventory{Added: 1}},
	} {
		for _, state := range []record.ArchiveState{record.Deleted, record.Deleting} {
			t.Run(name+", "+string(state), func(t *testing.T) {
				catalog := fresh(t)
				was := c.was
				was.State, was.Before, was.Deleted = state, record.Stored, instant
				store(t, catalog, was)
				i := list(t, catalog, anInventory(instant.Add(c.after)), c.entry)
				want := c.want
				if want == "" {
					want = state
				}
				got := get(t, catalog, "a")
				believed := got.TreeHash == was.TreeHash && !got.TreeHash.IsZero()
				if got.State != want || believed != c.hash {
					t.Errorf("it is %+v, want %s", got, want)
				}
				if got.IsGone() != (got.Before != "") || got.IsGone() == got.Deleted.IsZero() {
					t.Errorf("%s, before %q, deleted %s", got.State, got.Before, got.Deleted)
				}
				counts := record.Inventory{Added: i.Added, Confirmed: i.Confirmed, Returned: i.Returned, Differing: i.Differing}
				if counts != c.counts {
					t.Errorf("the counts are %+v, want %+v", counts, c.counts)
				}
				if _, err := catalog.Check(t.Context(), ignore); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// What was deleted because it differed differs still if it is there for days.
func TestDifferingArchiveThatReturns(t *testing.T) {
	c := fresh(t)
	was := anArchive("a")
	was.State, was.Before, was.Deleted = record.Deleted, record.Differing, instant
	store(t, c, was)
	e := anEntry("a")
	e.TreeHash[0]++
	for hours, want := range map[int]record.ArchiveState{1: record.Deleted, 49: record.Differing} {
		i := anInventory(instant.Add(time.Duration(hours) * time.Hour))
		if hours == 49 {
			i = list(t, c, i, e)
		}
		if got := get(t, c, "a"); hours == 49 && (got.State != want || got.TreeHash != was.TreeHash || i.Returned != 1 || i.Differing != 1) {
			t.Errorf("%+v, %+v", got, i)
		}
	}
}

// A list of a bucket tells no tree hashes. Other bytes of the same size show by
// their ETag, or by a date that is not that of what was stored.
func TestReplacedObjects(t *testing.T) {
	stored := anArchive("a")
	known := stored
	known.ETag, known.Dated = "old", instant
	foreign := known // known from a list alone
	foreign.TreeHash = treehash.Hash{}
	for name, c := range map[string]struct {
		was         record.Archive
		entry       record.Archive
		first, then record.ArchiveState
		etag        string // on record after
	}{
		"the same":                     {known, anObject("old", instant), record.Confirmed, record.Confirmed, "old"},
		"copied in place":              {known, anObject("old", instant.Add(day)), record.Confirmed, record.Confirmed, "old"},
		"replaced":                     {known, anObject("new", instant.Add(day)), record.Differing, record.Differing, "old"},
		"replaced at the same moment":  {known, anObject("new", instant), record.Differing, record.Differing, "old"},
		"not noted yet":                {stored, anObject("old", instant.Add(-time.Hour)), record.Confirmed, record.Confirmed, "old"},
		"not noted, the clock is off":  {stored, anObject("old", instant.Add(14*time.Minute)), record.Confirmed, record.Confirmed, "old"},
		"replaced before it was noted": {stored, anObject("new", instant.Add(time.Hour)), record.Differing, record.Differing, ""},
		"of another program, replaced": {foreign, anObject("new", instant.Add(day)), record.Differing, record.Confirmed, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			catalog := fresh(t)
			store(t, catalog, c.was)
			for n, want := range []record.ArchiveState{c.first, c.then, c.then} {
				i := list(t, catalog, anInventory(instant.Add(day+time.Duration(n))), c.entry)
				got := get(t, catalog, "a")
				if got.State != want || (i.Differing == 1) != (want == record.Differing) || i.Added != 0 {
					t.Errorf("list %d: it is %s, the counts are %+v, want %s", n, got.State, i, want)
				}
				if got.ETag != c.etag || got.TreeHash != c.was.TreeHash || got.Size != c.was.Size {
					t.Errorf("list %d: on record is %+v", n, got)
				}
			}
		})
	}
}

// What was done with an id says nothing of another archive that has it now.
func TestRecordsOfAnotherArchiveUnderTheId(t *testing.T) {
	c := fresh(t)
	was := anArchive("a")
	was.ETag, was.Dated = "old", instant.Add(-day)
	store(t, c, was)
	d := aDownload()
	d.Archive, d.Started, d.State = "a", instant.Add(-time.Hour), record.Received
	d.Range = vault.Range{Size: d.Size}
	d = savedDownload(t, c, d)
	j := record.Job{Vault: vaultURL, ID: "job", Kind: vault.RetrieveArchive, Archive: "a", Started: instant.Add(-time.Hour)}
	if err := c.SaveJob(t.Context(), &j); err != nil {
		t.Fatal(err)
	}
	look := func(want bool) {
		t.Helper()
		_, err := c.FindDownload(t.Context(), vaultURL, "a", d.Target)
		if err != nil && !errors.Is(err, vault.ErrNotFound) {
			t.Fatal(err)
		}
		received, failed := c.LastReceived(t.Context(), vaultURL, "a")
		jobs := all(t, c.JobsFor(t.Context(), vaultURL, "a"))
		if failed != nil || (err == nil) != want || received.IsZero() == want || (len(jobs) == 1) != want {
			t.Errorf("download %v, received %s, %d jobs; want %t", err, received, len(jobs), want)
		}
	}
	look(true)
	if err := c.MarkDeleted(t.Context(), vaultURL, []vault.ArchiveID{"a"}); err != nil {
		t.Fatal(err)
	}
	look(true)
	list(t, c, anInventory(instant.Add(time.Minute)), anObject("new", instant))
	look(false)
}

// An upload takes over the id of an archive that was deleted, and nothing of it.
func TestUploadUnderAnIdThatWasDeleted(t *testing.T) {
	c := fresh(t)
	store(t, c, anArchive("a"))
	list(t, c, anInventory(instant.Add(day)), anEntry("a"))
	if err := c.MarkDeleted(t.Context(), vaultURL, []vault.ArchiveID{"a"}); err != nil {
		t.Fatal(err)
	}
	again := anArchive("a")
	again.Created, again.ETag, again.Dated = instant.Add(2*day), "new", instant.Add(2*day)
	u := anUpload()
	u.Started = instant.Add(1) // after it was deleted
	u = saved(t, c, u)
	if err := c.FinishUpload(t.Context(), &u, again); err != nil {
		t.Fatal(err)
	}
	want := again
	want.Since = instant
	if got := get(t, c, "a"); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// An upload is recorded late: what the id stands for may be on record otherwise.
func TestFinishUploadOfAKnownID(t *testing.T) {
	etag := func(text string) record.Archive {
		a := anArchive("a")
		if text != "" {
			a.ETag, a.Dated = text, instant
		}
		return a
	}
	listed := func(t *testing.T, c *catalog.Catalog) { list(t, c, anInventory(instant), anObject("e", instant)) }
	differing := func(t *testing.T, c *catalog.Catalog) {
		store(t, c, etag(""))
		other := anObject("x", instant)
		other.Size++
		list(t, c, anInventory(instant), other)
	}
	deleted := func(t *testing.T, c *catalog.Catalog) {
		store(t, c, etag("e"))
		ids := []vault.ArchiveID{"a"}
		_, err := c.MarkDeleting(t.Context(), vaultURL, []record.Archive{{ID: "a"}})
		if err := errors.Join(err, c.MarkDeleted(t.Context(), vaultURL, ids)); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		before  func(*testing.T, *catalog.Catalog)
		a       record.Archive
		want    record.ArchiveState
		etag    string
		another bool
		err     error
		later   bool // the upload was begun after that
	}{
		"listed":                     {listed, etag("e"), record.Confirmed, "e", false, nil, false},
		"listed, and another":        {listed, etag("x"), record.Stored, "x", true, nil, false},
		"listed with other bytes":    {differing, etag(""), record.Stored, "", false, nil, false},
		"deleted":                    {deleted, etag("e"), record.Deleted, "e", false, vault.ErrNotFound, false},
		"deleted, ids never return":  {deleted, etag(""), record.Deleted, "e", false, vault.ErrNotFound, false},
		"deleted, and another since": {deleted, etag("x"), record.Stored, "x", true, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			test.before(t, c)
			u := anUpload()
			if test.later {
				u.Started = instant.Add(1)
			}
			u = saved(t, c, u)
			err := c.FinishUpload(t.Context(), &u, test.a)
			if got := get(t, c, "a"); !errors.Is(err, test.err) || got.State != test.want || got.ETag != test.etag || got.Since.IsZero() == test.another {
				t.Errorf("%v: it is %+v", err, got)
			}
		})
	}
}
