package compare

import (
	"firn/record"
)

// IsUnproved reports whether an archive was never proved. If it is Missing, Differing,
// Deleting or Deleted, the field Before says so.
func IsUnproved(a record.Archive) bool {
	return a.State == record.Unproved || a.Before == record.Unproved
}

// Hidden returns the field Before of an archive that has this state and is not gone:
// Unproved if the state hides that, else nothing.
func Hidden(state record.ArchiveState, isUnproved bool) record.ArchiveState {
	if isUnproved && (state == record.Missing || state == record.Differing) {
		return record.Unproved
	}
	return ""
}
