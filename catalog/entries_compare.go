package catalog

import (
	"time"
	"unicode/utf8"

	"firn/record"
)

// compare counts an entry whose archive is on record, and notes what it changes.
func (f *filing) compare(k *keyed, e record.Archive) {
	if k.key > f.last { // the list names it twice, and was believed the first time
		f.count(differs(k.Archive, e))
		return
	}
	was, is := k.Archive, k.Archive
	switch f.deletion(was, e) {
	case another:
		f.inventory.Added++
		is = f.takenOver(e)
	case listedStill:
		f.inventory.Confirmed++
		fill(&is, e)
		if was.State == record.Deleting {
			was.State = was.Before
			if is.Before = stateBy(was, e); isUnproved(was) && is.Before == record.Differing {
				is.Before = record.Unproved
			}
		}
	case returned:
		f.inventory.Returned++
		is.State, is.Deleted = was.Before, time.Time{}
		was.State = was.Before
		fallthrough
	default:
		f.count(differs(was, e))
		if was.State != record.Missing || !f.outdated {
			is.State = stateBy(was, e)
		}
		is.Before = hidden(is.State, isUnproved(was))
		follow(&is, e)
		fill(&is, e)
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

// note notes what becomes of an archive on record: for most, few changes for many
// keys.
func (f *filing) note(k *keyed, is record.Archive, newer bool) {
	plain, was := is, k.Archive
	was.State, was.Seen = is.State, is.Seen
	plain.ETag, plain.Dated, plain.Before, plain.Deleted = was.ETag, was.Dated, was.Before, was.Deleted
	switch {
	case is == was:
	case plain == was:
		f.marked = append(f.marked, keyed{k.key, is})
	default:
		f.filled = append(f.filled, keyed{k.key, is})
	}
	f.changed[change{is.State, newer}] = append(f.changed[change{is.State, newer}], k.key)
	k.Archive = is
}

// differs reports whether a list tells of other bytes than those on record. Size and
// tree hash decide. Where lists tell no tree hash, the ETag does, which also a copy
// in place may change; and where that is not on record, a date that cannot be that
// of the archive.
func differs(was, e record.Archive) bool {
	switch {
	case was.Size >= 0 && was.Size != e.Size:
		return true
	case !e.TreeHash.IsZero() && !was.TreeHash.IsZero():
		return was.TreeHash != e.TreeHash
	case was.Size < 0:
		return false
	case e.ETag != "" && was.ETag != "":
		return was.ETag != e.ETag
	case e.ETag != "" && !was.Created.IsZero():
		return e.Created.After(was.Created.Add(clockSkew))
	}
	return false
}

// stateBy is the state of an archive that a list tells of. That an Unproved one is
// there was known; only a tree hash proves it.
func stateBy(was, e record.Archive) record.ArchiveState {
	switch {
	case differs(was, e):
		return record.Differing
	case isUnproved(was) && e.TreeHash.IsZero():
		return record.Unproved
	}
	return record.Confirmed
}

// isProven reports whether it is on record what an archive holds.
func isProven(a record.Archive) bool { return a.Size >= 0 && !a.TreeHash.IsZero() }

// follow takes over the ETag and the date that a list tells. If nothing else is known of
// an archive, a change of them is reported once, and the record follows the list. If its
// bytes were proved, the record keeps them, and the archive differs until a list tells of
// those bytes again.
func follow(a *record.Archive, e record.Archive) {
	isOther := differs(*a, e)
	if e.ETag == "" || isOther && !a.TreeHash.IsZero() {
		return
	}
	a.ETag, a.Dated = e.ETag, e.Dated
	if isOther {
		a.Created = e.Created
	}
}

// isBetterNamed reports whether another source knows the name of an archive better
// than the record: where that has none, or bytes that are no text, or nothing but the
// description, which is plain text for all that is known, or which an older firn could
// not read.
func isBetterNamed(told, was record.Archive) bool {
	switch {
	case was.Name == "":
		return true
	case told.Name == "" || told.Name == was.Name:
		return false
	case !utf8.ValidString(was.Name) && utf8.ValidString(told.Name):
		return true
	}
	return was.Tool == "" && was.Name == was.Description && (told.Tool != "" || told.Description == was.Description)
}

// fill adds to what is on record of an archive what it lacks and another source
// tells.
func fill(a *record.Archive, told record.Archive) {
	switch {
	case a.TreeHash.IsZero():
		a.Size, a.TreeHash = told.Size, told.TreeHash
	case a.Size < 0 && !differs(*a, told): // of other bytes the size says nothing
		a.Size = told.Size
	}
	if isBetterNamed(told, *a) {
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
