// Package compare decides what follows from two records of one archive or one upload: from
// the catalog and the entry of an inventory, or from two catalogs. Are they about the same
// bytes? Which state follows? Which fields are filled in?
package compare

import (
	"unicode/utf8"

	"firn/record"
)

// Differs reports whether the entry e of a list is about other bytes than those on record.
// The size and the tree hash decide. If the list has no tree hash, the ETag decides, though
// a copy of an object onto itself may change that too. If no ETag is on record, a creation
// date decides that is too late for the archive.
func Differs(was, e record.Archive) bool {
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
		return e.Created.After(was.Created.Add(ClockSkew))
	}
	return false
}

// StateBy is the state of an archive that is on record as was and that a list has as e. An
// Unproved archive was known to be there; only a tree hash proves it.
func StateBy(was, e record.Archive) record.ArchiveState {
	switch {
	case Differs(was, e):
		return record.Differing
	case IsUnproved(was) && e.TreeHash.IsZero():
		return record.Unproved
	}
	return record.Confirmed
}

// isProven reports whether the size and the tree hash of an archive are on record.
func isProven(a record.Archive) bool { return a.Size >= 0 && !a.TreeHash.IsZero() }

// Follow copies the ETag and the date of the entry e into the record. If no tree hash is on
// record, a change of the ETag is reported once and the record follows the list. If a tree
// hash is on record, the record keeps its ETag, and the archive differs until a list has
// that ETag again.
func Follow(a *record.Archive, e record.Archive) {
	isOther := Differs(*a, e)
	if e.ETag == "" || isOther && !a.TreeHash.IsZero() {
		return
	}
	a.ETag, a.Dated = e.ETag, e.Dated
	if isOther {
		a.Created = e.Created
	}
}

// isBetterNamed reports whether another source has a better name of an archive than the
// record: if the record has no name, or bytes that are not UTF-8, or only the description,
// taken for plain text because no tool was known that wrote it.
func isBetterNamed(other, was record.Archive) bool {
	switch {
	case was.Name == "":
		return true
	case other.Name == "" || other.Name == was.Name:
		return false
	case !utf8.ValidString(was.Name) && utf8.ValidString(other.Name):
		return true
	}
	return was.Tool == "" && was.Name == was.Description && (other.Tool != "" || other.Description == was.Description)
}

// Fill adds to an archive on record the fields that it lacks and that another source has.
func Fill(a *record.Archive, other record.Archive) {
	switch {
	case a.TreeHash.IsZero():
		a.Size, a.TreeHash = other.Size, other.TreeHash
	case a.Size < 0 && !Differs(*a, other): // else it is the size of other bytes
		a.Size = other.Size
	}
	if isBetterNamed(other, *a) {
		a.Name, a.Tool = other.Name, other.Tool
	}
	if a.Description == "" {
		a.Description = other.Description
	}
	if a.ModTime.IsZero() {
		a.ModTime = other.ModTime
	}
	if a.Created.IsZero() {
		a.Created = other.Created
	}
}

// HasOtherBytes reports whether a is certainly another archive than was, which is on record
// under the same id.
func HasOtherBytes(was, a record.Archive) bool {
	return was.Size >= 0 && was.Size != a.Size ||
		!was.TreeHash.IsZero() && was.TreeHash != a.TreeHash ||
		was.ETag != "" && a.ETag != "" && was.ETag != a.ETag
}
