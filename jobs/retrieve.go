// Package jobs asks a vault for jobs, which make archives and inventories readable, and waits
// for them. A job that is there already, whoever asked for it, is found and used: each costs
// money and hours.
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

// Options says how to ask for archives. The zero value is good.
type Options struct {
	// Range is what is wanted of each archive, in whole MiB: a retrieval is proved
	// by the tree hash, whose leaves these are. Default: everything.
	Range vault.Range
	// Tier is how fast, and at what price. Default: Standard, if a job must be
	// started, while one in progress will do at any tier.
	Tier vault.Tier
	// Description is kept with the jobs, before firn's own words: printable ASCII.
	Description string
	// Topic is the ARN of an SNS topic that the service tells when the jobs have ended,
	// besides the vault's own. A job that is found keeps the one that it has, and Notice
	// is told. Kinds that tell nobody ignore it.
	Topic string
	// Budget is how many bytes to make readable in one call, those of jobs that
	// were there before included: what a line can carry before the outputs expire.
	// Default: no bound. An archive is never split for it.
	Budget int64
	// NoWait returns vault.ErrLimited at once. Without it a request that the
	// account's own policy refuses is repeated, at intervals of up to an hour, for
	// as long as RetryFor says.
	NoWait bool
}

// Retrieve asks the vault for an archive and returns the job, without waiting for
// it. It starts none if there is one that will do, whoever asked for it: in
// progress at no slower a tier than asked for, or succeeded with an output that
// stays for a while.
//
// An answer that is lost starts no second job: every job of ours has a token in
// its description, which is looked for in the vault's list before anything is
// asked for again, by this call or, after a crash, the next.
//
// Of a Range that takes several jobs it asks for the first alone: see RetrieveAll.
func Retrieve(ctx context.Context, d depot.Depot, a record.Archive, o Options) (record.Job, error) {
	for r, err := range o.all(ctx, d, []record.Archive{a}, false) {
		return r.Job, err
	}
	return record.Job{}, context.Cause(ctx)
}

// Retrieved is an archive that was asked for.
type Retrieved struct {
	Archive record.Archive
	Job     record.Job
	Found   bool // the job was there before this call
}

// RetrieveAll is [Retrieve] for many archives, for which the vault's jobs are
// listed once. It yields each archive with its job, or with the error that it met
// alone; one for which the Budget has no room comes with ErrNotStarted. A range
// of an archive may take several jobs, which are yielded one by one; so may a whole
// archive of which others have asked for ranges.
func RetrieveAll(ctx context.Context, d depot.Depot, archives []record.Archive, o Options) iter.Seq2[Retrieved, error] {
	return o.all(ctx, d, archives, true)
}

// all is RetrieveAll, with or without the use of ranges that others have asked for.
func (o Options) all(
	ctx context.Context, d depot.Depot, archives []record.Archive, useRanges bool,
) iter.Seq2[Retrieved, error] {
	return func(yield func(Retrieved, error) bool) {
		ctx, run, stop := depot.Begin(ctx, d)
		defer stop()
		asking := NewRequester(run, o)
		left := o.Budget
		for _, a := range archives {
			needs, err := o.needs(d.Vault.Limits(), a)
			bytes := sizeOf(a, needs)
			if err == nil && o.Budget > 0 && bytes > left && left < o.Budget {
				err = fmt.Errorf("archive %s: %w", depot.QuoteID(a.ID), ErrNotStarted)
			}
			if err == nil && useRanges {
				needs, err = asking.splitNeeds(ctx, a, needs)
			}
			if err != nil {
				if !yield(Retrieved{Archive: a}, err) {
					return
				}
				continue
			}
			left -= bytes
			if asking.Approve = run.Approve; useRanges {
				asking.Approve = asking.approveAll(ctx, a, needs)
			}
			if !o.retrieve(ctx, asking, a, needs, yield) {
				return
			}
		}
	}
}

// retrieve asks for what is needed of one archive. It reports false if the
// caller has had enough.
func (o *Options) retrieve(
	ctx context.Context, asking *Requester, a record.Archive, needs []vault.Range, yield func(Retrieved, error) bool,
) bool {
	for len(needs) > 0 {
		job, found, err := asking.ForRange(ctx, a, needs[0])
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

// needs returns what must be asked for: the whole archive, or runs of it that are
// nodes of its tree, since for those alone a vault tells a hash.
func (o *Options) needs(l vault.Limits, a record.Archive) ([]vault.Range, error) {
	if o.Range.IsZero() {
		return []vault.Range{{}}, nil
	}
	if a.Size < 0 {
		return nil, fmt.Errorf("archive %s: its size is not known, so no range of it can be asked for: %w", depot.QuoteID(a.ID), vault.ErrInvalid)
	}
	if err := CheckRange(l, o.Range, a.Size); err != nil {
		return nil, fmt.Errorf("archive %s: %w", depot.QuoteID(a.ID), err)
	}
	return transfer.Nodes(o.Range, a.Size), nil
}

// sizeOf is how many bytes jobs for the ranges make readable; 0 if not known.
func sizeOf(a record.Archive, needs []vault.Range) (bytes int64) {
	for _, r := range needs {
		if r.IsZero() {
			return max(0, a.Size)
		}
		bytes += r.Size
	}
	return bytes
}

// CheckRange refuses a range of an archive that does not begin and end on whole
// MiB, and names the nearest one that does.
func CheckRange(l vault.Limits, r vault.Range, size int64) error {
	step := max(treehash.LeafSize, l.RangeAlignment)
	switch {
	case r.Offset < 0 || r.Size <= 0 || r.Offset >= size || r.Size > size-r.Offset:
		return fmt.Errorf("%s, where there are %d: %w", depot.RangeText(r), size, vault.ErrInvalid)
	case r.Offset%step != 0 || (r.End()%step != 0 && r.End() != size):
		from := r.Offset / step * step
		to := min(size, (r.End()+step-1)/step*step)
		return fmt.Errorf("%s do not begin and end on whole MiB; the nearest range that does is %d-%d: %w",
			depot.RangeText(r), from, to, vault.ErrInvalid)
	}
	return nil
}
