package server

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"firn/vault"
)

// What a job takes on the disk, and how many a key may start: a key that can store
// nothing starts jobs, too.
const (
	jobRoom           = 8 << 10 // bytes, at most, of what is kept about a job
	entryRoom         = 512     // bytes of an archive in an inventory, about
	listsAtOnce       = 1000    // inventory jobs of a key
	listsPerHour      = 60      // further ones
	retrievalsAtOnce  = 50_000  // archive jobs of a key
	retrievalsPerHour = 20_000  // further ones
)

// makeRoomForJob promises the room that a job takes until release is called, or
// refuses the job. Archives, and the list of them, can still be had back when uploads
// have come down to the free floor: half of it is for jobs.
func (a *account) makeRoomForJob(ctx context.Context, c *call, req vault.JobRequest) (release func(), err error) {
	if !a.jobRates.allow(c.accessKey, req.Kind, a.options.Now()) {
		return nil, throttled()
	}
	if req.Kind == vault.RetrieveArchive {
		return a.room.reserveForJob(jobRoom)
	}
	info, err := a.store.DescribeVault(ctx, c.target.vault)
	if err != nil {
		return nil, a.orVaultNotFound(err, c.target.vault)
	}
	size := info.Archives * entryRoom
	if req.List.CSV {
		size *= 2 // the list that every job of the day shares, and that of this one
	}
	return a.room.reserveForJob(jobRoom + size)
}

// jobRates bounds how many jobs each key starts.
type jobRates struct {
	mu     sync.Mutex
	limits map[jobSource]*rate.Limiter
}

// jobSource is a key that starts jobs of a kind. There are as many keys as credentials.
type jobSource struct {
	accessKey string
	kind      vault.JobKind
}

func (r *jobRates) allow(accessKey string, kind vault.JobKind, now time.Time) bool {
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
