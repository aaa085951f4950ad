package jobs

import (
	"time"

	"firn/vault"
)

// List is what a vault has listed of its jobs. Several downloads that share one
// ask the vault for its list now and then, and not each of them anew. The zero
// JobList is ready for use, by one download at a time.
type List struct {
	Jobs  []vault.Job
	asked time.Time            // when the vault was; zero: it is to be asked
	gone  map[vault.JobID]bool // jobs whose output turned out not to be there
}

// listFor is how long a list will do. A job that somebody else has started since
// is not found for so long.
const listFor = 10 * time.Minute

// isFresh reports whether the vault need not be asked again.
func (l *List) isFresh(now time.Time) bool {
	return !l.asked.IsZero() && now.Sub(l.asked) < listFor
}

// Forget keeps a job whose output is gone from being found again.
func (l *List) Forget(id vault.JobID) {
	if l.gone == nil {
		l.gone = make(map[vault.JobID]bool)
	}
	l.gone[id] = true
	l.asked = time.Time{}
}
