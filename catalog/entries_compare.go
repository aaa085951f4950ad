package catalog

import "firn/record"

// compare counts an entry whose archive is on record, and notes what it changes.
func (f *filing) compare(k *keyed, e record.Archive) {
	was, is := k.Archive, k.Archive
	state := record.Confirmed
	differs := was.Size != e.Size || !e.TreeHash.IsZero() && was.TreeHash != e.TreeHash
	if isProven(was) && differs {
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
	case was.State == record.Unproved && !differs && e.TreeHash.IsZero(): // that it is there was known
	default:
		is.State = state
	}
	fill(&is, e)
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

// isProven reports whether it is on record what an archive holds.
func isProven(a record.Archive) bool { return a.Size >= 0 && !a.TreeHash.IsZero() }

// fill adds to what is on record of an archive what it lacks and another source
// tells.
func fill(a *record.Archive, told record.Archive) {
	if !isProven(*a) {
		a.Size = told.Size
		if !told.TreeHash.IsZero() {
			a.TreeHash = told.TreeHash
		}
	}
	if a.Name == "" {
		a.Name, a.Tool = told.Name, told.Tool
	}
	if a.Description == "" {
		a.Description = told.Description
	}
	if a.ModTime.IsZero() {
		a.ModTime = told.ModTime
	}
	if a.Created.IsZero() {
		a.Created = told.Created
	}
}
