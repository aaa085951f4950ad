// Package jobs starts jobs, which make archives readable, and waits for them. Each job costs
// money and hours, so the package first searches the record and the vault's list for a job that
// is suitable, whoever started it.
//
//	job, err := jobs.Retrieve(ctx, d, archive, jobs.Options{Tier: vault.Bulk})
//	...
//	job, err = jobs.Wait(ctx, d, job, jobs.WaitOptions{})
//
// Then the download package fetches the output: download.File finds the job again. A program
// that only downloads does not need this package, because download.File starts a job and waits
// for it. Inventories have jobs as well; package reconcile starts them.
package jobs

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"firn/depot"
	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Options says how to start jobs for archives. The zero value works.
type Options struct {
	// Range is the wanted range of each archive. It begins and ends on whole MiB, because only
	// leaves of the tree hash, of 1 MiB, can be verified. Default: the whole archive.
	Range vault.Range
	// Tier is the speed and the price. Default: Standard for a job that must be started; a job
	// in progress is used at any tier.
	Tier vault.Tier
	// Description is stored with the jobs, before firn's token. It is printable ASCII.
	Description string
	// Topic is the ARN of an SNS topic that receives a message when a job has ended, in
	// addition to the vault's own topic. A job that exists already keeps its topic, and a
	// notice says so. Vaults without messages ignore it.
	Topic string
	// Budget limits the bytes that one call makes readable, the bytes of existing jobs
	// included: as many as the connection can download before the outputs expire; see [Window].
	// Default: no limit. An archive is never split for it.
	Budget int64
	// NoWait returns vault.ErrLimited at once if the account's own limit refuses a job. Without
	// NoWait, the request is repeated at intervals of up to an hour, for as long as the depot's
	// Patience.
	NoWait bool
}

// Retrieve starts a job that makes an archive readable and returns the job without waiting for
// it. It starts none if a suitable job exists, whoever started it: a job in progress at the
// same or a faster tier, or a succeeded job whose output does not expire soon.
//
// A lost answer starts no second job. The description of each job of firn contains a token.
// This call or, after a crash, the next one searches the vault's list for the token before it
// repeats the request.
//
// If a Range takes several jobs, Retrieve starts only the first; see [RetrieveAll].
func Retrieve(ctx context.Context, d depot.Depot, a record.Archive, o Options) (record.Job, error) {
	for r, err := range o.all(ctx, d, []record.Archive{a}, false) {
		return r.Job, err
	}
	return record.Job{}, context.Cause(ctx)
}

// Retrieved is an archive with a job for it, or for a range of it.
type Retrieved struct {
	Archive record.Archive
	Job     record.Job
	Found   bool // the job existed before this call
}

// RetrieveAll is [Retrieve] for many archives, with one list of the vault's jobs for all. It
// yields each archive with its job, or with its own error. The error for an archive that
// exceeds the Budget wraps ErrNotStarted. A range of an archive may take several jobs, and so
// may a whole archive if other jobs have ranges of it; RetrieveAll yields each job by itself.
func RetrieveAll(ctx context.Context, d depot.Depot, archives []record.Archive, o Options) iter.Seq2[Retrieved, error] {
	return o.all(ctx, d, archives, true)
}

// all is RetrieveAll. Only with useRanges does it use jobs that have ranges of a whole archive.
func (o Options) all(
	ctx context.Context, d depot.Depot, archives []record.Archive, useRanges bool,
) iter.Seq2[Retrieved, error] {
	return func(yield func(Retrieved, error) bool) {
		ctx, run, stop := depot.Begin(ctx, d)
		defer stop()
		requester := NewRequester(run, o)
		left := o.Budget
		for _, a := range archives {
			needs, err := o.needs(d.Vault.Limits(), a)
			bytes := sizeOf(a, needs)
			if err == nil && o.Budget > 0 && bytes > left && left < o.Budget {
				err = fmt.Errorf("archive %s: %w", depot.QuoteID(a.ID), ErrNotStarted)
			}
			if err == nil && useRanges {
				needs, err = requester.splitNeeds(ctx, a, needs)
			}
			if err != nil {
				if !yield(Retrieved{Archive: a}, err) {
					return
				}
				continue
			}
			left -= bytes
			if requester.Approve = run.Approve; useRanges {
				requester.Approve = requester.approveAll(ctx, a, needs)
			}
			if !o.retrieve(ctx, requester, a, needs, yield) {
				return
			}
		}
	}
}

// retrieve finds or starts the jobs for one archive. It returns false if yield did.
func (o *Options) retrieve(
	ctx context.Context, requester *Requester, a record.Archive, needs []vault.Range, yield func(Retrieved, error) bool,
) bool {
	for len(needs) > 0 {
		job, found, err := requester.ForRange(ctx, a, needs[0])
		if !yield(Retrieved{Archive: a, Job: job, Found: found}, err) {
			return false
		}
		if err != nil {
			return true
		}
		needs = slices.DeleteFunc(needs[1:], func(r vault.Range) bool { return job.Range.Contains(r) })
	}
	return true
}

// needs returns the ranges that need jobs: the whole archive, or nodes of its tree, because a
// vault has a hash only for these.
func (o *Options) needs(l vault.Limits, a record.Archive) ([]vault.Range, error) {
	if o.Range.IsZero() {
		return []vault.Range{{}}, nil
	}
	if a.Size < 0 {
		return nil, vault.Errorf(vault.ErrInvalid, "archive %s: its size is unknown, so no range of it can be retrieved", depot.QuoteID(a.ID))
	}
	if err := CheckRange(l, o.Range, a.Size); err != nil {
		return nil, fmt.Errorf("archive %s: %w", depot.QuoteID(a.ID), err)
	}
	return transfer.Nodes(o.Range, a.Size), nil
}

// sizeOf returns the number of bytes that jobs for the ranges make readable; 0 if not known.
func sizeOf(a record.Archive, needs []vault.Range) (bytes int64) {
	for _, r := range needs {
		if r.IsZero() {
			return max(0, a.Size)
		}
		bytes += r.Size
	}
	return bytes
}

// CheckRange refuses a range of an archive of size bytes that does not begin and end on whole
// MiB. The error, which wraps vault.ErrInvalid, names the nearest suitable range.
func CheckRange(l vault.Limits, r vault.Range, size int64) error {
	step := max(treehash.LeafSize, l.RangeAlignment)
	switch {
	case r.Offset < 0 || r.Size <= 0 || r.Offset >= size || r.Size > size-r.Offset:
		return vault.Errorf(vault.ErrInvalid, "%s were requested, and the archive has %d bytes", depot.RangeText(r), size)
	case r.Offset%step != 0 || (r.End()%step != 0 && r.End() != size):
		from := r.Offset / step * step
		to := min(size, (r.End()+step-1)/step*step)
		return vault.Errorf(vault.ErrInvalid, "%s do not begin and end on whole MiB; the nearest range that does is %d-%d",
			depot.RangeText(r), from, to)
	}
	return nil
}
