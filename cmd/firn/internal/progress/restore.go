package progress

import (
	"sync"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
)

// Restore shows how far the ranges of a restore are downloaded, or the wait for their jobs. With
// --quiet it shows nothing. Whoever starts it stops it.
type Restore struct {
	transfer *Transfer
	stop     func()

	mu     sync.Mutex
	size   int64 // bytes of all ranges
	ranges map[int]depot.Progress
	sum    depot.Progress // of all ranges
}

// StartRestore begins to show a restore until Stop is called.
func StartRestore(p *cli.Program) *Restore {
	t := StartOne(p, "")
	return &Restore{transfer: t, stop: sync.OnceFunc(t.Stop), ranges: map[int]depot.Progress{}}
}

// Begin takes the number of bytes that are going to be downloaded.
func (r *Restore) Begin(size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.size = size
}

// Stop removes the live lines. When it returns, nothing is shown any more. It may be called again.
func (r *Restore) Stop() { r.stop() }

// Wait takes the jobs that are waited for.
func (r *Restore) Wait(w depot.Waiting) { r.transfer.Wait(w) }

// Update takes how far a range is downloaded.
func (r *Restore) Update(now depot.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.ranges[now.Item]
	r.ranges[now.Item] = now
	r.sum.Size = r.size
	r.sum.Done += now.Done - was.Done
	r.sum.Resumed += now.Resumed - was.Resumed
	r.sum.InFlight += max(0, now.InFlight) - max(0, was.InFlight)
	r.sum.Retries += now.Retries - was.Retries
	r.sum.Waiting, r.sum.Until = now.Waiting, now.Until
	r.transfer.Update(r.sum)
}
