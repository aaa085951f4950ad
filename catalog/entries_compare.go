package catalog

import (
	"time"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/table"
	"firn/record"
)

// compare counts an entry whose archive is on record, and records what changes.
func (f *filing) compare(k *table.Keyed, e record.Archive) {
	if k.Key > f.last { // the list has it twice, and the first entry counted
		f.count(compare.Differs(k.Archive, e))
		return
	}
	was, is := k.Archive, k.Archive
	switch compare.DeletionBy(f.inventory.Date, was, e) {
	case compare.Another:
		f.inventory.Added++
		is = f.takenOver(e)
	case compare.ListedStill:
		f.inventory.Confirmed++
		compare.Fill(&is, e)
		if was.State == record.Deleting {
			was.State = was.Before
			if is.Before = compare.StateBy(was, e); compare.IsUnproved(was) && is.Before == record.Differing {
				is.Before = record.Unproved
			}
		}
	case compare.Returned:
		f.inventory.Returned++
		is.State, is.Deleted = was.Before, time.Time{}
		was.State = was.Before
		fallthrough
	default:
		f.count(compare.Differs(was, e))
		if was.State != record.Missing || !f.outdated {
			is.State = compare.StateBy(was, e)
		}
		is.Before = compare.Hidden(is.State, compare.IsUnproved(was))
		compare.Follow(&is, e)
		compare.Fill(&is, e)
	}
	newer := !f.inventory.Date.Before(was.Seen)
	if newer {
		is.Seen = f.inventory.Date
	}
	f.note(k, is, newer)
}

func (f *filing) count(differing bool) {
	if differing {
		f.inventory.Differing++
	} else {
		f.inventory.Confirmed++
	}
}

// note records the change of an archive on record.
func (f *filing) note(k *table.Keyed, is record.Archive, newer bool) {
	plain, was := is, k.Archive
	was.State, was.Seen = is.State, is.Seen
	plain.ETag, plain.Dated, plain.Before, plain.Deleted = was.ETag, was.Dated, was.Before, was.Deleted
	switch {
	case is == was:
	case plain == was:
		f.marked = append(f.marked, table.Keyed{Key: k.Key, Archive: is})
	default:
		f.filled = append(f.filled, table.Keyed{Key: k.Key, Archive: is})
	}
	f.changed[change{is.State, newer}] = append(f.changed[change{is.State, newer}], k.Key)
	k.Archive = is
}

// takenOver returns the record of a new archive that has the id of a deleted one. Nothing
// that was known of the deleted archive is true of it. If firn stored the deleted archive,
// its upload is still on record.
func (f *filing) takenOver(e record.Archive) record.Archive {
	e.Vault, e.Seen, e.State, e.Since = f.inventory.Vault, f.inventory.Date, record.Confirmed, f.inventory.Updated
	return e
}
