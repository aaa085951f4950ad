package server

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"firn/vault"
)

// What a job takes on the disk, and how many lists of archives a key may ask for. A job
// is started by keys that can store nothing, too.
const (
	jobRoom      = 8 << 10 // bytes, at most, of what is kept about a job
	entryRoom    = 512     // bytes of an archive in an inventory, about
	listsAtOnce  = 1000    // inventory jobs of a key
	listsPerHour = 60      // further ones
)

// makeRoomForJob promises the room that a job takes until release is called, or
// refuses the job. Archives, and the list of them, can still be had back when uploads
// have come down to the free floor: half of it is for jobs.
func (a *account) makeRoomForJob(ctx context.Context, c *call, req vault.JobRequest) (release func(), err error) {
	if req.Kind == vault.RetrieveArchive {
		return a.room.reserveAbove(a.room.floor/2, jobRoom)
	}
	if !a.lists.allow(c.accessKey, a.options.Now()) {
		return nil, throttled()
	}
	info, err := a.store.DescribeVault(ctx, c.target.vault)
	if err != nil {
		return nil, a.orVaultNotFound(err, c.target.vault)
	}
	return a.room.reserveAbove(a.room.floor/2, jobRoom+info.Archives*entryRoom)
}

// jobRates bounds how many lists of archives each key asks for.
type jobRates struct {
	mu     sync.Mutex
	limits map[string]*rate.Limiter // by access key, of which there are as many as credentials
}

func (r *jobRates) allow(accessKey string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := r.limits[accessKey]
	if limit == nil {
		if r.limits == nil {
			r.limits = make(map[string]*rate.Limiter)
		}
		limit = rate.NewLimiter(rate.Every(time.Hour/listsPerHour), listsAtOnce)
		r.limits[accessKey] = limit
	}
	return limit.AllowN(now, 1)
}
