package catalog_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firn/catalog"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

var uploadStates = []record.UploadState{
	record.Initiating, record.Open, record.Completing, record.Completed, record.Unknown, record.Expired, record.Aborted,
}

// What is known of an upload is not lost to a caller who read it before: an archive id
// stays, and that an upload may be an archive is not forgotten.
func TestAStaleSaveLosesNothing(t *testing.T) {
	may := map[record.UploadState][]record.UploadState{
		record.Initiating: uploadStates, record.Open: uploadStates, record.Expired: uploadStates, record.Aborted: uploadStates,
		record.Completing: {record.Completing, record.Open, record.Completed, record.Unknown, record.Expired},
		record.Unknown:    {record.Unknown, record.Completing, record.Completed},
		record.Completed:  {record.Completed},
	}
	for _, was := range uploadStates {
		for _, is := range uploadStates {
			c := fresh(t)
			u := anUpload()
			u.State = was
			if was == record.Completed {
				u.ArchiveID = "a"
			}
			u = saved(t, c, u)
			if err := c.SavePart(t.Context(), u.Key, aPart(0)); err != nil {
				t.Fatal(err)
			}
			stale := u
			stale.State = is
			before := stale
			err := c.SaveUpload(t.Context(), &stale)
			got, failed := c.FindUpload(t.Context(), u.Vault, u.Source.Path, u.Description)
			if failed != nil {
				t.Fatal(failed)
			}
			if slices.Contains(may[was], is) {
				if err != nil || got.State != is {
					t.Errorf("%s to %s: %v, it is %s", was, is, err, got.State)
				}
				continue
			}
			if !errors.Is(err, vault.ErrLocked) || got != u || stale != before {
				t.Errorf("%s to %s: %v\n got %+v\nwant %+v", was, is, err, got, u)
			}
		}
	}
}

func TestAnArchiveIDStays(t *testing.T) {
	for _, state := range []record.UploadState{record.Completing, record.Completed} {
		for _, id := range []vault.ArchiveID{"", "b"} {
			c := fresh(t)
			u := anUpload()
			u.State, u.ArchiveID = state, "a"
			u = saved(t, c, u)
			other := u
			other.ArchiveID = id
			if err := c.SaveUpload(t.Context(), &other); !errors.Is(err, vault.ErrLocked) {
				t.Errorf("%s, %q: %v", state, id, err)
			}
			if got, err := c.FindUpload(t.Context(), u.Vault, u.Source.Path, u.Description); err != nil || got != u {
				t.Errorf("%s, %q: %+v, %v", state, id, got, err)
			}
			u.Source.Inode++ // as when it was compared once more
			if err := c.SaveUpload(t.Context(), &u); err != nil {
				t.Errorf("%s: %v", state, err)
			}
		}
	}
}

// A finished upload stays so when records are merged, whichever was saved later.
func TestAMergeKeepsAFinishedUpload(t *testing.T) {
	for name, test := range map[string]struct {
		other     record.UploadState
		doneLater bool
		into      string // which record the other is brought into
	}{
		"unknown, later, into done":    {record.Unknown, false, "done"},
		"unknown, later, into it":      {record.Unknown, false, "other"},
		"aborted, later, into done":    {record.Aborted, false, "done"},
		"aborted, later, into it":      {record.Aborted, false, "other"},
		"completing, earlier, into it": {record.Completing, true, "other"},
		"open, earlier, into done":     {record.Open, true, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(d time.Duration) *catalog.Catalog {
				c, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"), catalog.Options{
					Now: func() time.Time { return instant.Add(d) },
				})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = c.Close() }) // its end is not the subject
				return c
			}
			doneAt, otherAt := time.Hour, 2*time.Hour
			if test.doneLater {
				doneAt, otherAt = otherAt, doneAt
			}
			done, other := at(doneAt), at(otherAt)
			u := saved(t, done, anUpload())
			if err := done.FinishUpload(t.Context(), &u, anArchive("a")); err != nil {
				t.Fatal(err)
			}
			u = anUpload()
			u.State = test.other
			saved(t, other, u)
			to, from := done, other
			if test.into == "other" {
				to, from = other, done
			}
			importInto(t, to, export(t, from))
			got, err := to.UploadByID(t.Context(), vaultURL, u.ID)
			if err != nil || got.State != record.Completed || got.ArchiveID != "a" {
				t.Errorf("it is %+v, %v", got, err)
			}
		})
	}
}

// That the vault was asked to complete an upload is not lost to a record that was saved
// later without knowing it, nor to one that learns of it later.
func TestAMergeKeepsAnUnknownUpload(t *testing.T) {
	for name, test := range map[string]struct{ was, told, early, late record.UploadState }{
		"open, later":                 {record.Unknown, record.Open, record.Unknown, record.Unknown},
		"aborted, later":              {record.Completing, record.Aborted, record.Completing, record.Aborted},
		"expired, later":              {record.Completing, record.Expired, record.Expired, record.Expired},
		"unknown, later":              {record.Open, record.Unknown, record.Unknown, record.Unknown},
		"aborted, later, of one open": {record.Open, record.Aborted, record.Aborted, record.Aborted},
	} {
		t.Run(name, func(t *testing.T) {
			early := fresh(t)
			late, err := catalog.Open(t.Context(), filepath.Join(t.TempDir(), "late.db"), catalog.Options{
				Now: func() time.Time { return instant.Add(time.Hour) },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer late.Close()
			u := anUpload()
			u.State = test.was
			saved(t, early, u)
			u.State = test.told
			saved(t, late, u)
			ours := export(t, early)
			importInto(t, early, export(t, late))
			importInto(t, late, ours)
			for want, c := range map[*record.UploadState]*catalog.Catalog{&test.early: early, &test.late: late} {
				if got, err := c.UploadByID(t.Context(), vaultURL, u.ID); err != nil || got.State != *want {
					t.Errorf("it is %s, %v; want %s", got.State, err, *want)
				}
			}
		})
	}
}

// Of a stream whose size an older firn did not record, nothing does, as some of its
// parts may be lost, and the tree hash decides.
func TestSettlingAStreamWithoutASize(t *testing.T) {
	part := vault.Part{Size: 5, TreeHash: treehash.Sum([]byte("bytes"))}
	for name, test := range map[string]struct {
		parts bool
		size  int64
		hash  string
		want  record.UploadState
	}{
		"of its parts":                   {true, 5, "all", record.Completed},
		"of which parts are lost":        {true, 6, "all", record.Completed},
		"without parts":                  {false, 6, "all", record.Completed},
		"without parts, of another hash": {false, 6, "other", record.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			c := fresh(t)
			u := anUpload()
			u.Source = record.Source{Path: record.Stream, Size: -1}
			u.State = record.Unknown
			u = saved(t, c, u)
			if test.parts {
				if err := c.SavePart(t.Context(), u.Key, part); err != nil {
					t.Fatal(err)
				}
			}
			e := anEntry("a")
			e.Size, e.TreeHash, e.Created = test.size, treehash.Sum([]byte(test.hash)), instant
			list(t, c, anInventory(instant.Add(day)), e)
			got, err := c.UploadByID(t.Context(), vaultURL, u.ID)
			if err != nil || got.State != test.want || (got.State == record.Completed && got.Source.Size != test.size) {
				t.Errorf("it is %+v, %v", got, err)
			}
		})
	}
}

// What was asked for is exported, and comes back.
func TestWhatWasAskedForIsExported(t *testing.T) {
	from, to := fresh(t), fresh(t)
	u := anUpload()
	u.Name, u.Class = "2026/disk \xff.img", "GLACIER"
	u = saved(t, from, u)
	importInto(t, to, export(t, from))
	if got, err := to.UploadByID(t.Context(), vaultURL, u.ID); err != nil || got != u {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, u)
	}
}
