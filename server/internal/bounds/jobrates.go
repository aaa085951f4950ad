package bounds

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"firn/vault"
)

// How many jobs a key may start: a key that can store nothing starts jobs, too.
const (
	listsAtOnce       = 1000   // inventory jobs of a key
	listsPerHour      = 60     // further ones
	retrievalsAtOnce  = 50_000 // archive jobs of a key
	retrievalsPerHour = 20_000 // further ones
)

// JobRates bounds how many jobs each key starts.
type JobRates struct {
	mu     sync.Mutex
	limits map[jobSource]*rate.Limiter
}

// jobSource is a key that starts jobs of a kind. There are no more keys than credentials.
type jobSource struct {
	accessKey string
	kind      vault.JobKind
}

// Allow counts a job that a key starts, or reports that the key must wait.
func (r *JobRates) Allow(accessKey string, kind vault.JobKind, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	source := jobSource{accessKey, kind}
	limit := r.limits[source]
	if limit == nil {
		if r.limits == nil {
			r.limits = make(map[jobSource]*rate.Limiter)
		}
		limit = rate.NewLimiter(rate.Every(time.Hour/listsPerHour), listsAtOnce)
		if kind == vault.RetrieveArchive {
			limit = rate.NewLimiter(rate.Every(time.Hour/retrievalsPerHour), retrievalsAtOnce)
		}
		r.limits[source] = limit
	}
	return limit.AllowN(now, 1)
}
