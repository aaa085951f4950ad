package compare

import (
	"time"

	"firn/record"
)

// Deletion is what the entry of a list says about an archive that the vault was asked to
// delete.
type Deletion int

// The values of a Deletion.
const (
	notAsked    Deletion = iota // the vault was not asked
	ListedStill                 // nothing: lists have a deleted archive for another day or two
	Returned                    // the archive is there: it was not deleted, or that was undone
	Another                     // the id stands for a newer archive now
)

// DeletionBy decides, by the entry e of a list, whether an archive is gone. The argument
// list is when that list was made.
//
// Amazon Glacier and a directory never use an id twice, and their lists lag behind. In a
// bucket an id is a key, which may be used again. A bucket's list is up to date, and has an
// ETag for each object. So an object in a bucket is another archive unless it is proved to
// be the deleted one.
//
// A list that was begun before the deletion says nothing about it.
func DeletionBy(list time.Time, was, e record.Archive) Deletion {
	switch {
	case !was.IsGone():
		return notAsked
	case list.Before(was.Deleted):
		return ListedStill
	case isAnother(was, e):
		return Another
	case list.After(was.Deleted.Add(ListsLag)):
		return Returned
	}
	return ListedStill
}

// deletionOf decides whether an archive is gone that one record has as Deleting or Deleted and
// another record as there. It is DeletionBy for two records.
func deletionOf(gone, there record.Archive) Deletion {
	switch {
	case there.Seen.Before(gone.Deleted) && there.Created.Before(gone.Deleted):
		return ListedStill
	case isAnother(gone, there):
		return Another
	case there.Seen.After(gone.Deleted.Add(ListsLag)):
		return Returned
	}
	return ListedStill
}

// isAnother reports whether the entry e is not about the deleted archive was. If the vault's
// own ETag and date of was are on record, our clock does not matter.
func isAnother(was, e record.Archive) bool {
	switch {
	case e.ETag == "":
		return e.Created.After(was.Deleted.Add(ClockSkew))
	case was.ETag == "":
		return Differs(was, e) || e.Created.After(was.Deleted.Add(-ClockSkew))
	}
	return was.ETag != e.ETag || !e.Dated.Truncate(time.Second).Equal(was.Dated.Truncate(time.Second))
}
