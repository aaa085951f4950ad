package catalog

import "firn/record"

// compare counts an entry whose archive is on record, and notes what it changes.
func (f *filing) compare(k *keyed, e record.Archive) {
	was, is := k.Archive, k.Archive
	known := was.Size >= 0 && !was.TreeHash.IsZero()
	state := record.Confirmed
	if known && (was.Size != e.Size || was.TreeHash != e.TreeHash) {
		state = record.Differing
		f.inventory.Differing++
	} else {
		f.inventory.Confirmed++
	}
	if k.key > f.last {
		return // the list names it twice, and was believed the first time
	}
	switch {
	case was.State == record.Deleting, was.State == record.Deleted:
	case was.State == record.Missing && f.outdated:
	default:
		is.State = state
	}
	if !known {
		is.Size, is.TreeHash = e.Size, e.TreeHash
	}
	if is.Name == "" {
		is.Name, is.Tool = e.Name, e.Tool
	}
	if is.Description == "" {
		is.Description = e.Description
	}
	if is.ModTime.IsZero() {
		is.ModTime = e.ModTime
	}
	if is.Created.IsZero() {
		is.Created = e.Created
	}
	if is != was {
		was.State, is.Seen = is.State, was.Seen
		if is != was {
			f.filled = append(f.filled, keyed{k.key, is})
		}
	}
	newer := !f.inventory.Date.Before(was.Seen)
	if newer {
		is.Seen = f.inventory.Date
	}
	f.changed[change{is.State, newer}] = append(f.changed[change{is.State, newer}], k.key)
	k.Archive = is
}
