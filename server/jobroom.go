package server

import (
	"context"

	"firn/server/internal/refusal"
	"firn/vault"
)

// What a job takes on the disk.
const (
	jobRoom   = 8 << 10 // bytes, at most, of what is kept about a job
	entryRoom = 512     // bytes of an archive in an inventory, about
)

// makeRoomForJob promises the room that a job takes until release is called, or
// refuses the job. Archives, and the list of them, can still be had back when uploads
// have come down to the free floor: half of it is for jobs.
func (a *account) makeRoomForJob(ctx context.Context, c *call, req vault.JobRequest) (release func(), err error) {
	if !a.jobRates.Allow(c.accessKey, req.Kind, a.options.Now()) {
		return nil, refusal.Throttled()
	}
	if req.Kind == vault.RetrieveArchive {
		return a.space.ReserveForJob(jobRoom)
	}
	info, err := a.store.DescribeVault(ctx, c.target.vault)
	if err != nil {
		return nil, a.orVaultNotFound(err, c.target.vault)
	}
	size := info.Archives * entryRoom
	if req.List.CSV {
		size *= 2 // the list that every job of the day shares, and that of this one
	}
	return a.space.ReserveForJob(jobRoom + size)
}
