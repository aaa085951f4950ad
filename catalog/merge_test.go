package catalog_test

import (
	"path/filepath"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
)

// What two records know of an archive comes together.
func TestMergeArchives(t *testing.T) {
	with := func(changes ...func(*record.Archive)) record.Archive {
		a := anArchive("a")
		for _, change := range changes {
			change(&a)
		}
		return a
	}
	state := func(s record.ArchiveState) func(*record.Archive) {
		return func(a *record.Archive) {
			if a.State = s; a.IsGone() { // at the latest when it was told
				a.Before, a.Deleted = record.Stored, instant
			}
		}
	}
	seen := func(d time.Duration) func(*record.Archive) {
		return func(a *record.Archive) { a.Seen = instant.Add(d) }
	}
	bare := func(a *record.Archive) {
		*a = record.Archive{Vault: a.Vault, ID: a.ID, Size: -1, State: record.Deleted}
	}
	nameless := func(a *record.Archive) { a.Name, a.Description, a.ModTime = "", "", time.Time{} }
	unhashed := func(a *record.Archive) { a.TreeHash = treehash.Hash{} }
	named := func(name string) func(*record.Archive) {
		return func(a *record.Archive) { a.Name, a.Tool = name, "mt-aws-glacier" }
	}
	described := func(a *record.Archive) { a.Name, a.Tool = a.Description, "" }
	longer := func(a *record.Archive) { a.Size++ }
	another := func(a *record.Archive) { a.TreeHash = treehash.Sum([]byte("other")) }

	added, completed := record.Merged{Added: 1}, record.Merged{Completed: 1}
	known, differing := record.Merged{Known: 1}, record.Merged{Differing: 1}
	for name, c := range map[string]struct {
		was, told, want record.Archive
		n               record.Merged
	}{
		"unknown":                 {told: with(), want: with(), n: added},
		"the same":                {with(), with(), with(), known},
		"a name is filled in":     {with(nameless), with(), with(), completed},
		"a name is kept":          {with(), with(nameless), with(), known},
		"a name of bytes":         {with(named("r\xe9sum\xe9")), with(named("résumé")), with(named("résumé")), completed},
		"bytes for a name":        {with(named("résumé")), with(named("r\xe9sum\xe9")), with(named("résumé")), known},
		"another name":            {with(named("a")), with(named("b")), with(named("a")), known},
		"a description for one":   {with(described), with(named("a")), with(described, named("a")), completed},
		"a name, described":       {with(named("a")), with(described), with(named("a")), known},
		"another hash":            {with(), with(another), with(), differing},
		"a hash is filled in":     {with(unhashed), with(), with(), completed},
		"a size alone, another":   {with(unhashed), with(longer), with(unhashed), differing},
		"another size alone":      {with(), with(unhashed, longer), with(), differing},
		"deleted there":           {with(), with(bare), with(state(record.Deleted)), completed},
		"deleted here":            {with(bare), with(), with(state(record.Deleted)), completed},
		"being deleted":           {with(), with(state(record.Deleting)), with(state(record.Deleting)), completed},
		"being deleted, deleted":  {with(state(record.Deleting)), with(bare), with(state(record.Deleted)), completed},
		"confirmed there":         {with(), with(state(record.Confirmed), seen(0)), with(state(record.Confirmed), seen(0)), completed},
		"missing by an older one": {with(state(record.Confirmed), seen(0)), with(state(record.Missing), seen(-time.Hour)), with(state(record.Confirmed), seen(0)), known},
	} {
		t.Run(name, func(t *testing.T) {
			to := fresh(t)
			for _, date := range []time.Time{instant, instant.Add(-time.Hour)} {
				savedInventory(t, to, record.Inventory{Vault: vaultURL, Source: "job " + date.String(), Date: date, State: record.Read})
			}
			if c.was.ID != "" {
				if _, err := to.MergeArchives(t.Context(), []record.Archive{c.was}); err != nil {
					t.Fatal(err)
				}
			}
			n, err := to.MergeArchives(t.Context(), []record.Archive{c.told})
			if err != nil || n != c.n {
				t.Errorf("it was worth %+v, %v, want %+v", n, err, c.n)
			}
			if got := get(t, to, "a"); got != c.want {
				t.Errorf("got\n%+v, want\n%+v", got, c.want)
			}
			if _, err := to.Check(t.Context(), ignore); err != nil {
				t.Error(err)
			}
		})
	}
}

// A record may tell of one archive several times, as a journal does.
func TestMergeArchivesToldTwice(t *testing.T) {
	c := fresh(t)
	other := anArchive("a")
	other.Vault = "file:///srv/cold"
	n, err := c.MergeArchives(t.Context(), []record.Archive{
		anArchive("a"), anArchive("b"), other, {Vault: vaultURL, ID: "a", Size: -1, State: record.Deleted}, anArchive("a"),
	})
	if err != nil || n != (record.Merged{Added: 3, Completed: 1, Known: 1}) {
		t.Errorf("it was worth %+v, %v", n, err)
	}
	if got := get(t, c, "a").State; got != record.Deleted {
		t.Errorf("a is %s", got)
	}
	if got := get(t, c, "b").State; got != record.Stored {
		t.Errorf("b is %s", got)
	}
}

// Of an upload that both records have, the later state counts, with its parts.
func TestImportTakesTheLaterStateOfAnUpload(t *testing.T) {
	early := fresh(t)
	late, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "late.db"), catalog.Options{
		Now: func() time.Time { return instant.Add(time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	u := saved(t, early, anUpload())
	if err := early.SavePart(t.Context(), u.Key, aPart(0)); err != nil {
		t.Fatal(err)
	}
	before := export(t, early)
	importInto(t, late, before)
	u = one(t, late.Uploads(t.Context(), vaultURL))
	if err := late.FinishUpload(t.Context(), &u, anArchive("a")); err != nil {
		t.Fatal(err)
	}
	importInto(t, early, export(t, late))
	if got, err := early.UploadByID(t.Context(), vaultURL, u.ID); err != nil || got.State != record.Completed || got.ArchiveID != "a" {
		t.Errorf("the upload is %+v, %v", got, err)
	}
	if parts := all(t, early.Parts(t.Context(), 1)); len(parts) != 0 {
		t.Errorf("%d parts are left", len(parts))
	}
	if n := importInto(t, early, before); n != (record.Merged{}) {
		t.Errorf("an earlier state was worth %+v", n)
	}
	if got, err := early.UploadByID(t.Context(), vaultURL, u.ID); err != nil || got.State != record.Completed {
		t.Errorf("an earlier state made it %s, %v", got.State, err)
	}
}

// Another record has seen later that an object was replaced: by what lists know of it.
func TestMergeWhatWasReplaced(t *testing.T) {
	was := anArchive("a")
	was.ETag, was.Dated = "old", instant
	for name, change := range map[string]func(*record.Archive){
		"same size":    func(a *record.Archive) { a.ETag = "new" },
		"another size": func(a *record.Archive) { a.ETag = "new"; a.Size++ },
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			store(t, c, was)
			told := was
			told.TreeHash, told.State, told.Seen = treehash.Hash{}, record.Confirmed, instant.Add(day)
			told.Dated, told.Created = instant.Add(day), instant.Add(day)
			change(&told)
			n, err := c.MergeArchives(t.Context(), []record.Archive{told})
			got := get(t, c, "a")
			if err != nil || n.Differing != 1 || got.State != record.Differing || got.TreeHash != was.TreeHash || got.ETag != "old" {
				t.Errorf("%+v, %v: %+v", n, err, got)
			}
		})
	}
}
