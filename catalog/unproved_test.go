package catalog_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// unproved stores an archive that is not proved, with a part of its upload.
func unproved(t *testing.T, c *catalog.Catalog, a record.Archive) record.Upload {
	t.Helper()
	u := saved(t, c, anUpload())
	if err := c.SavePart(t.Context(), u.Key, aPart(0)); err != nil {
		t.Fatal(err)
	}
	a.State = record.Unproved
	if err := c.FinishUpload(t.Context(), &u, a); err != nil {
		t.Fatal(err)
	}
	return u
}

// What is not proved keeps the parts that prove it, until it is proved.
func TestFindUnproved(t *testing.T) {
	c := fresh(t)
	u := unproved(t, c, anArchive("a"))
	saved(t, c, anUpload()) // a later try
	find := func() (record.Upload, record.Archive, error) {
		return c.FindUnproved(t.Context(), vaultURL, u.Source.Path, u.Description)
	}
	got, a, err := find()
	if err != nil || got != u || a.ID != "a" || a.State != record.Unproved {
		t.Fatalf("found %+v, %+v, %v", got, a, err)
	}
	if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != 1 {
		t.Errorf("%d parts are on record", len(got))
	}
	for _, q := range [][3]string{{"glacier://other", u.Source.Path, u.Description}, {vaultURL, "other", u.Description}, {vaultURL, u.Source.Path, "other"}} {
		if _, _, err := c.FindUnproved(t.Context(), q[0], q[1], q[2]); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%q: %v, want ErrNotFound", q, err)
		}
	}
	if got := all(t, c.FindArchives(t.Context(), vaultURL, a.Name, a.Description, a.Size)); len(got) != 0 {
		t.Errorf("it passes for stored: %+v", got)
	}
	other := anArchive("a")
	other.Size++
	list(t, c, anInventory(instant), other)
	if _, a, err := find(); err != nil || a.State != record.Differing {
		t.Errorf("differing, and never proved: %+v, %v", a, err)
	}
	a.State = record.Stored
	if err := c.FinishUpload(t.Context(), &u, a); err != nil {
		t.Fatal(err)
	}
	if _, _, err := find(); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("proved: %v, want ErrNotFound", err)
	}
	if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != 0 {
		t.Errorf("%d parts are left", len(got))
	}
	if err := c.MarkLooked(t.Context(), vaultURL, "a", record.Differing); err != nil {
		t.Fatal(err)
	}
	if _, _, err := find(); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("proved, and another since: %v, want ErrNotFound", err)
	}
}

// That an inventory lists an archive proves it only with its tree hash.
func TestInventoriesOfWhatIsNotProved(t *testing.T) {
	unhashed := func(a *record.Archive) { a.TreeHash = treehash.Hash{} }
	for name, test := range map[string]struct {
		change func(*record.Archive)
		want   record.ArchiveState
	}{
		"listed as a bucket does": {unhashed, record.Unproved},
		"with its tree hash":      {func(*record.Archive) {}, record.Confirmed},
		"with another":            {func(a *record.Archive) { a.TreeHash[0]++ }, record.Differing},
		"with another size":       {func(a *record.Archive) { unhashed(a); a.Size++ }, record.Differing},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			a := anArchive("a")
			unproved(t, c, a)
			test.change(&a)
			list(t, c, anInventory(instant), a)
			if got := get(t, c, "a"); got.State != test.want || !got.Seen.Equal(instant) {
				t.Errorf("it is %s, seen %s, want %s", got.State, got.Seen, test.want)
			}
		})
	}
	t.Run("not listed", func(t *testing.T) {
		c := fresh(t)
		a := anArchive("a")
		a.Created = instant.Add(-10 * day)
		unproved(t, c, a)
		list(t, c, anInventory(instant))
		list(t, c, anInventory(instant.Add(time.Hour)))
		if got := get(t, c, "a"); got.State != record.Missing {
			t.Errorf("it is %s", got.State)
		}
	})
}

// What one record has seen proved is proved; that it was listed proves nothing.
func TestMergeWhatIsNotProved(t *testing.T) {
	with := func(state record.ArchiveState, changes ...func(*record.Archive)) record.Archive {
		a := anArchive("a")
		a.State = state
		for _, change := range changes {
			change(&a)
		}
		return a
	}
	seen := func(a *record.Archive) { a.Seen = instant }
	unhashed := func(a *record.Archive) { a.TreeHash = treehash.Hash{} }
	for name, test := range map[string]struct {
		one, other record.Archive
		want       record.ArchiveState
	}{
		"on both":                {with(record.Unproved), with(record.Unproved, seen), record.Unproved},
		"proved since":           {with(record.Unproved), with(record.Stored), record.Stored},
		"proved, listed since":   {with(record.Unproved, seen), with(record.Confirmed), record.Confirmed},
		"only listed":            {with(record.Unproved), with(record.Confirmed, unhashed, seen), record.Unproved},
		"deleted":                {with(record.Unproved), with(record.Deleted), record.Deleted},
		"listed with other size": {with(record.Unproved), with(record.Differing, seen), record.Differing},
	} {
		for _, order := range [][2]record.Archive{{test.one, test.other}, {test.other, test.one}} {
			t.Run(name, func(t *testing.T) {
				c := fresh(t)
				savedInventory(t, c, record.Inventory{Vault: vaultURL, Source: "job", Date: instant, State: record.Read})
				for _, a := range order {
					if _, err := c.MergeArchives(t.Context(), []record.Archive{a}); err != nil {
						t.Fatal(err)
					}
				}
				if got := get(t, c, "a"); got.State != test.want || got.TreeHash.IsZero() {
					t.Errorf("it is %s, want %s", got.State, test.want)
				}
			})
		}
	}
}

// An import brings along what is not proved, with the parts that prove it, also from
// a record that has lost the archive itself.
func TestImportWhatIsNotProved(t *testing.T) {
	from := fresh(t)
	u := unproved(t, from, anArchive("a"))
	whole := export(t, from)
	lost := regexp.MustCompile(`(?m)^.*"message_type":"archive".*\n`).ReplaceAllString(whole, "")
	lost = strings.Replace(lost, `"items":3`, `"items":2`, 1) // the vault and the upload
	for name, text := range map[string]string{"whole": whole, "without the archive": lost} {
		t.Run(name, func(t *testing.T) {
			to := fresh(t)
			importInto(t, to, text)
			got, a, err := to.FindUnproved(t.Context(), vaultURL, u.Source.Path, u.Description)
			if err != nil || a.State != record.Unproved || len(all(t, to.Parts(t.Context(), got.Key))) != 1 {
				t.Errorf("found %+v, %+v, %v", got, a, err)
			}
		})
	}
}

// What a look has shown does not undo what was asked for.
func TestMarkLooked(t *testing.T) {
	for was, want := range map[record.ArchiveState]record.ArchiveState{
		record.Stored: record.Missing, record.Unproved: record.Missing, record.Confirmed: record.Missing,
		record.Deleting: record.Deleting, record.Deleted: record.Deleted,
	} {
		c := fresh(t)
		a := anArchive("a")
		a.State = was
		store(t, c, a)
		for _, id := range []vault.ArchiveID{"a", "not on record"} {
			if err := c.MarkLooked(t.Context(), vaultURL, id, record.Missing); err != nil {
				t.Fatal(err)
			}
		}
		if got := get(t, c, "a").State; got != want {
			t.Errorf("what was %s is %s, want %s", was, got, want)
		}
	}
}

// What is missing or differing for a while is not proved by being listed again.
func TestWhatIsNotProvedIsNotConfirmedLater(t *testing.T) {
	looked := func(state record.ArchiveState) func(*testing.T, *catalog.Catalog) {
		return func(t *testing.T, c *catalog.Catalog) {
			if err := c.MarkLooked(t.Context(), vaultURL, "a", state); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked := func(t *testing.T, c *catalog.Catalog) {
		ids := []vault.ArchiveID{"a"}
		_, err := c.MarkDeleting(t.Context(), vaultURL, []record.Archive{{ID: ids[0]}})
		if err := errors.Join(err, c.MarkRefused(t.Context(), vaultURL, ids)); err != nil {
			t.Fatal(err)
		}
	}
	listed := func(etag string, after time.Duration) func(*testing.T, *catalog.Catalog) {
		return func(t *testing.T, c *catalog.Catalog) {
			i := anInventory(instant.Add(after))
			i.Source += etag
			list(t, c, i, anObject(etag, instant))
		}
	}
	notListed := func(t *testing.T, c *catalog.Catalog) {
		list(t, c, anInventory(instant.Add(10*day)))
		i := anInventory(instant.Add(11 * day))
		i.Source += " again"
		list(t, c, i)
		if got := get(t, c, "a").State; got != record.Missing {
			t.Fatalf("it is %s", got)
		}
	}
	type steps []func(*testing.T, *catalog.Catalog)
	for name, steps := range map[string]steps{
		"missing":                     {looked(record.Missing)},
		"differing":                   {looked(record.Differing)},
		"differing and missing":       {looked(record.Differing), looked(record.Missing)},
		"listed as another":           {listed("x", time.Hour)},
		"not listed":                  {notListed},
		"missing, deletion refused":   {looked(record.Missing), asked},
		"differing, deletion refused": {listed("x", time.Hour), asked, listed("x", 2*time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			a := anArchive("a")
			a.ETag, a.Dated = "e", instant
			u := unproved(t, c, a)
			for _, step := range steps {
				step(t, c)
			}
			copied := fresh(t)
			importInto(t, copied, export(t, c))
			for _, c := range []*catalog.Catalog{c, copied} {
				listed("e", 20*day)(t, c)
				if got := get(t, c, "a").State; got != record.Unproved {
					t.Errorf("it is %s", got)
				}
			}
			if err := c.FinishUpload(t.Context(), &u, a); err != nil {
				t.Fatal(err)
			}
			if got := get(t, c, "a"); got.State != record.Stored || got.Before != "" {
				t.Errorf("proved, it is %s, before %q", got.State, got.Before)
			}
		})
	}
}

// Of what a look did not find nothing is left to be proved.
func TestMarkLookedForgetsTheProof(t *testing.T) {
	for _, state := range []record.ArchiveState{record.Missing, record.Differing} {
		c := fresh(t)
		u := unproved(t, c, anArchive("a"))
		before := export(t, c)
		if err := c.MarkLooked(t.Context(), vaultURL, "a", state); err != nil {
			t.Fatal(err)
		}
		importInto(t, c, before)
		if _, _, err := c.FindUnproved(t.Context(), vaultURL, u.Source.Path, u.Description); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s, found: %v", state, err)
		}
		if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != 0 {
			t.Errorf("%s: %d parts are left", state, len(got))
		}
	}
}

// Bytes that were read back prove an archive, whatever a service tells of them.
func TestMarkProved(t *testing.T) {
	for _, want := range []record.ArchiveState{record.Stored, record.Confirmed, record.Differing, record.Deleted} {
		c := fresh(t)
		a := anArchive("a")
		a.ETag, a.Dated = "e", instant
		u := unproved(t, c, a)
		var err error
		switch want {
		case record.Confirmed:
			list(t, c, anInventory(instant), anObject("e", instant))
		case record.Differing:
			list(t, c, anInventory(instant), anObject("x", instant))
		case record.Deleted:
			err = c.MarkDeleted(t.Context(), vaultURL, []vault.ArchiveID{"a"})
		}
		if err := errors.Join(err, c.MarkProved(t.Context(), vaultURL, "a"), c.MarkProved(t.Context(), vaultURL, "other")); err != nil {
			t.Fatal(err)
		}
		if got := get(t, c, "a"); got.State != want || (got.Before != "") != (want == record.Deleted) {
			t.Errorf("it is %s, before %q, want %s", got.State, got.Before, want)
		}
		if got := all(t, c.Parts(t.Context(), u.Key)); (len(got) != 0) != (want == record.Deleted) {
			t.Errorf("%s: %d parts are left", want, len(got))
		}
		if _, _, err := c.FindUnproved(t.Context(), vaultURL, u.Source.Path, u.Description); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", want, err)
		}
	}
}
