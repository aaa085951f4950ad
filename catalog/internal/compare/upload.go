package compare

import (
	"firn/record"
)

// Follows reports whether the state is of an upload may come after the state was. An
// archive id on record stays. Once the vault was asked to complete an upload, it may be an
// archive until the vault says otherwise: only then is it open again, or expired.
func Follows(was, is record.Upload) bool {
	if was.ArchiveID != "" && is.ArchiveID != was.ArchiveID {
		return false
	}
	switch was.State {
	case record.Completed:
		return is.State == record.Completed
	case record.Unknown:
		return is.State == record.Unknown || is.State == record.Completing || is.State == record.Completed
	case record.Completing:
		return is.State != record.Initiating && is.State != record.Aborted
	}
	return true
}

// Later returns the state of an upload that counts, of two records. A finished upload
// stays finished. Else the state that was saved later counts, unless it hides that the
// vault was asked to complete the upload.
func Later(was, other record.Upload) record.Upload {
	wasDone, toldDone := was.State == record.Completed, other.State == record.Completed
	isLater := other.Updated.After(was.Updated) && Follows(was, other)
	knowsMore := other.State == record.Unknown && (was.State == record.Initiating || was.State == record.Open)
	switch {
	case wasDone && !toldDone:
		return was
	case toldDone && !wasDone, isLater, knowsMore:
		return other
	}
	return was
}
