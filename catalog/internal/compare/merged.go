package compare

import (
	"time"

	"firn/record"
)

// Merged returns everything that two records know about one archive: was is on record, and
// other is from another record. It also returns whether both are about the same bytes.
func Merged(was, other record.Archive, now time.Time) (is record.Archive, agrees bool) {
	switch {
	case was.IsGone() && !other.IsGone() && deletionOf(was, other) == Another:
		other.Since = now // jobs and downloads on record belong to the archive before
		return other, true
	case other.IsGone() && !was.IsGone() && deletionOf(other, was) == Another:
		return was, true
	}
	is = was
	state, before, deleted := mergedState(was, other) // before either is completed
	agrees = agree(was, other)
	isThere := state == record.Stored || state == record.Unproved || state == record.Confirmed
	if isThere && !agrees && other.Seen.After(was.Seen) { // the vault has other bytes now
		state, before = record.Differing, Hidden(record.Differing, IsUnproved(was))
	}
	if other.Size < 0 || !agrees {
		other.Size = was.Size
	}
	if other.TreeHash.IsZero() || !agrees {
		other.TreeHash = was.TreeHash
	}
	Fill(&is, other)
	if agrees && is.ETag == "" && other.ETag != "" {
		is.ETag, is.Dated = other.ETag, other.Dated
	}
	is.State, is.Before, is.Deleted = state, before, deleted
	if other.Seen.After(was.Seen) {
		is.Seen = other.Seen
	}
	return is, agrees
}

// agree reports whether two records may be about the same bytes. If only one of them has
// the tree hash, the other one got its fields from a list, and is compared like its entry.
func agree(was, other record.Archive) bool {
	if !was.TreeHash.IsZero() && !other.TreeHash.IsZero() && was.TreeHash != other.TreeHash {
		return false
	}
	return was.Size < 0 || other.Size < 0 || !Differs(was, other)
}

// mergedState is the state of one archive that two records have. If the archive is gone, it
// also returns the state before and the time of the deletion.
func mergedState(was, other record.Archive) (state, before record.ArchiveState, deleted time.Time) {
	gone, there := was, other
	if !was.IsGone() {
		gone, there = other, was
	}
	switch {
	case was.State == record.Deleting && other.State == record.Deleted:
		return other.State, was.Before, other.Deleted
	case was.IsGone() && other.IsGone():
		return was.State, was.Before, was.Deleted
	case gone.IsGone() && deletionOf(gone, there) == ListedStill && was.IsGone():
		return was.State, was.Before, was.Deleted
	case gone.IsGone() && deletionOf(gone, there) == ListedStill:
		if IsUnproved(was) {
			return other.State, record.Unproved, other.Deleted
		}
		return other.State, was.State, other.Deleted
	case gone.IsGone():
		state = there.State
	case was.State == record.Unproved && hasProved(other):
		state = other.State
	case other.State == record.Unproved && hasProved(was), !other.Seen.After(was.Seen):
		state = was.State
	default:
		state = other.State
	}
	isUnproved := IsUnproved(was) && !hasProved(other) || IsUnproved(other) && !hasProved(was)
	if isUnproved && (state == record.Stored || state == record.Confirmed) {
		state = record.Unproved
	}
	return state, Hidden(state, isUnproved), time.Time{}
}

// hasProved reports whether a record knows an archive as proved, and not only from a list.
func hasProved(a record.Archive) bool {
	return (a.State == record.Stored || a.State == record.Confirmed) && isProven(a)
}
