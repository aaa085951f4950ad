package jobs

import (
	"time"

	"firn/vault"
)

// List is the vault's list of its jobs. Several downloads share one, so that not each of them
// requests the list. The zero List is ready for use by one download at a time.
type List struct {
	Jobs        []vault.Job
	requestedAt time.Time            // when the list was requested; zero: it must be requested again
	gone        map[vault.JobID]bool // jobs whose output has expired
}

// listFor is how long a list is used. Until then, a job that another program starts is not
// found.
const listFor = 10 * time.Minute

func (l *List) isFresh(now time.Time) bool {
	return !l.requestedAt.IsZero() && now.Sub(l.requestedAt) < listFor
}

// Forget excludes a job whose output has expired from further searches.
func (l *List) Forget(id vault.JobID) {
	if l.gone == nil {
		l.gone = make(map[vault.JobID]bool)
	}
	l.gone[id] = true
	l.requestedAt = time.Time{}
}
