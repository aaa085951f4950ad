package catalog_test

import (
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

const day = 24 * time.Hour

func TestMissingAfterTwoWholeInventories(t *testing.T) {
	old := instant.Add(-72 * time.Hour) // when the archive was created
	bad := func(i *record.Inventory) { i.Bad = 1 }
	since := func(i *record.Inventory) { i.List.Since = instant.Add(-100 * day) }
	limited := func(i *record.Inventory) { i.List.Limit = 5 }
	type inventory struct {
		after  time.Duration // its date, from creation
		change func(*record.Inventory)
		lists  bool
	}
	for name, test := range map[string]struct {
		inventories []inventory
		want        record.ArchiveState
	}{
		"two":                  {[]inventory{{after: 49 * time.Hour}, {after: 60 * time.Hour}}, record.Missing},
		"one":                  {[]inventory{{after: 60 * time.Hour}}, record.Stored},
		"the same one twice":   {[]inventory{{after: 60 * time.Hour}, {after: 60 * time.Hour}}, record.Stored},
		"the first too early":  {[]inventory{{after: 47 * time.Hour}, {after: 60 * time.Hour}}, record.Stored},
		"three":                {[]inventory{{after: 47 * time.Hour}, {after: 49 * time.Hour}, {after: 60 * time.Hour}}, record.Missing},
		"read newest first":    {[]inventory{{after: 60 * time.Hour}, {after: 49 * time.Hour}}, record.Stored},
		"the second ranged":    {[]inventory{{after: 49 * time.Hour}, {after: 60 * time.Hour, change: since}}, record.Stored},
		"the first limited":    {[]inventory{{after: 49 * time.Hour, change: limited}, {after: 60 * time.Hour}}, record.Stored},
		"the first unsound":    {[]inventory{{after: 49 * time.Hour, change: bad}, {after: 60 * time.Hour}}, record.Stored},
		"the first mended":     {[]inventory{{after: 49 * time.Hour, change: bad}, {after: 50 * time.Hour}, {after: 60 * time.Hour}}, record.Missing},
		"the second unsound":   {[]inventory{{after: 49 * time.Hour}, {after: 60 * time.Hour, change: bad}}, record.Stored},
		"listed by the first":  {[]inventory{{after: 49 * time.Hour, lists: true}, {after: 60 * time.Hour}}, record.Confirmed},
		"listed, then not":     {[]inventory{{after: 49 * time.Hour, lists: true}, {after: 50 * time.Hour}, {after: 60 * time.Hour}}, record.Missing},
		"listed between":       {[]inventory{{after: 49 * time.Hour}, {after: 50 * time.Hour, change: since, lists: true}, {after: 60 * time.Hour}}, record.Confirmed},
		"missing, then listed": {[]inventory{{after: 49 * time.Hour}, {after: 50 * time.Hour}, {after: 60 * time.Hour, lists: true}}, record.Confirmed},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			a, gone := anArchive("a"), anArchive("gone")
			a.Created, gone.Created, gone.State = old, old, record.Deleted
			other := a
			other.Vault = "glacier://other"
			store(t, c, a, gone, other)
			var last record.Inventory
			for _, given := range test.inventories {
				i := anInventory(old.Add(given.after))
				if given.change != nil {
					given.change(&i)
				}
				var entries []record.Archive
				if given.lists {
					entries = append(entries, a)
				}
				last = list(t, c, i, entries...)
			}
			if got := get(t, c, "a"); got.State != test.want {
				t.Errorf("it is %s, want %s", got.State, test.want)
			}
			if got := get(t, c, "gone"); got.State != record.Deleted {
				t.Errorf("what was deleted is %s", got.State)
			}
			if got := one(t, c.Archives(t.Context(), catalog.Filter{Vault: other.Vault})); got != other {
				t.Errorf("the one of another vault is %s", got.State)
			}
			if (last.Missing == 1) != (test.want == record.Missing) {
				t.Errorf("the last inventory counts %d missing", last.Missing)
			}
		})
	}
}

func TestSettlingAnUnknownUpload(t *testing.T) {
	for name, test := range map[string]struct {
		upload func(*record.Upload)
		entry  func(*record.Archive)
		want   record.UploadState
	}{
		"the same":         {nil, nil, record.Completed},
		"whole seconds":    {nil, func(a *record.Archive) { a.Created = instant.Truncate(time.Second) }, record.Completed},
		"another size":     {nil, func(a *record.Archive) { a.Size++ }, record.Unknown},
		"another hash":     {nil, func(a *record.Archive) { a.TreeHash[0]++ }, record.Unknown},
		"made long before": {nil, func(a *record.Archive) { a.Created = instant.Add(-time.Hour) }, record.Unknown},
		"still completing": {func(u *record.Upload) { u.State = record.Completing }, nil, record.Completing},
		"no hash":          {func(u *record.Upload) { u.TreeHash = treehash.Hash{} }, func(a *record.Archive) { a.TreeHash = treehash.Hash{} }, record.Unknown},
		"an old stream":    {func(u *record.Upload) { u.Source.Size = -1 }, nil, record.Completed}, // some of its parts are lost
		"another vault":    {func(u *record.Upload) { u.Vault = "glacier://other" }, nil, record.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			u := anUpload()
			u.State, u.Started = record.Unknown, instant
			if test.upload != nil {
				test.upload(&u)
			}
			u = saved(t, c, u)
			if err := c.SavePart(t.Context(), u.Key, aPart(0)); err != nil {
				t.Fatal(err)
			}
			e := anEntry("a")
			e.Name, e.Tool, e.Description, e.Created = "the first disk", "", "the first disk", instant.Add(time.Hour)
			if test.entry != nil {
				test.entry(&e)
			}
			i := list(t, c, anInventory(instant.Add(day)), e)
			got, err := c.UploadByID(t.Context(), u.Vault, u.ID)
			if err != nil || got.State != test.want {
				t.Fatalf("the upload is %s, %v; want %s", got.State, err, test.want)
			}
			a := get(t, c, "a")
			if test.want != record.Completed {
				if i.Settled != 0 || a.Name != e.Name {
					t.Errorf("settled %d, the archive is called %q", i.Settled, a.Name)
				}
				return
			}
			if i.Settled != 1 || got.ArchiveID != "a" || a.Name != u.Source.Path || a.State != record.Confirmed {
				t.Errorf("settled %d, archive %q called %q is %s", i.Settled, got.ArchiveID, a.Name, a.State)
			}
			if left := all(t, c.Parts(t.Context(), u.Key)); len(left) != 0 {
				t.Errorf("%d parts are left", len(left))
			}
			one(t, c.FindArchives(t.Context(), vaultURL, u.Source.Path, u.Description, a.Size))
			found, err := c.FindArchive(t.Context(), vaultURL, "disk 1.img")
			if err != nil || len(found) != 1 {
				t.Errorf("by its new name: %d archives, %v", len(found), err)
			}
		})
	}
}

// Of two uploads of the same bytes each gets an archive of its own, and what an
// upload has is not given to another.
func TestSettlingUploadsOfTheSameBytes(t *testing.T) {
	c := fresh(t)
	done := saved(t, c, anUpload())
	a := anArchive("done")
	if err := c.FinishUpload(t.Context(), &done, a); err != nil {
		t.Fatal(err)
	}
	var keys []record.Upload
	for range 3 {
		u := anUpload()
		u.State, u.Started = record.Unknown, instant.Add(-time.Hour)
		keys = append(keys, saved(t, c, u))
	}
	listed := func(id vault.ArchiveID, after time.Duration) record.Archive {
		e := anArchive(id)
		e.Created = instant.Add(after)
		return e
	}
	i := list(t, c, anInventory(instant.Add(day)), a, listed("late", 2), listed("early", 1))
	if i.Settled != 2 {
		t.Errorf("settled %d, want 2", i.Settled)
	}
	var got []vault.ArchiveID
	for _, u := range all(t, c.Uploads(t.Context(), vaultURL)) {
		if u.Key != keys[2].Key {
			t.Errorf("upload %d is %s", u.Key, u.State)
		}
	}
	last, err := c.FindUpload(t.Context(), vaultURL, keys[0].Source.Path, keys[0].Description)
	if err != nil || last.State != record.Unknown {
		t.Errorf("the last is %s, %v", last.State, err)
	}
	for _, a := range all(t, c.FindArchives(t.Context(), vaultURL, keys[0].Source.Path, keys[0].Description, keys[0].Source.Size)) {
		got = append(got, a.ID)
	}
	if len(got) != 3 {
		t.Errorf("archives of the path: %q, want three", got)
	}
}
