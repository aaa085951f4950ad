package server

import (
	"context"

	"firn/server/internal/refusal"
	"firn/vault"
)

// What a job takes on the disk, in bytes.
const (
	jobSpace   = 8 << 10 // of the file about a job, at most
	entrySpace = 512     // of an archive in an inventory, about
)

// reserveForJob promises the space that a job takes until the caller calls release, or refuses
// the job.
func (a *account) reserveForJob(ctx context.Context, c *call, req vault.JobRequest) (release func(), err error) {
	if !a.jobRates.Allow(c.accessKey, req.Kind, a.options.Now()) {
		return nil, refusal.Throttled()
	}
	if req.Kind == vault.RetrieveArchive {
		return a.space.ReserveForJob(jobSpace)
	}
	info, err := a.store.DescribeVault(ctx, c.target.vault)
	if err != nil {
		return nil, a.orVaultNotFound(err, c.target.vault)
	}
	size := info.Archives * entrySpace
	if req.List.CSV {
		size *= 2 // the list that every job of the day shares, and that of this one
	}
	return a.space.ReserveForJob(jobSpace + size)
}
