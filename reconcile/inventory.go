// Package reconcile brings the record of a vault in line with what the vault itself, a saved
// inventory or the journal of another tool lists.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/jobs"
	"firn/record"
	"firn/source"
	"firn/vault"
)

// Options says how to take an inventory. The zero value lists the whole vault.
type Options struct {
	// Since and Until bound when the archives that are listed were created; see
	// vault.Listing. An inventory with a bound makes nothing missing.
	Since, Until time.Time
	// MaxAge lets an inventory of the whole vault do that was read before, if it
	// was asked for no longer ago than this. Default: none does, since the vault
	// may have made another one meanwhile.
	MaxAge time.Duration
	// Topic is told by the service when the job has ended, if it must be started; see
	// jobs.Options.
	Topic string
	// NoWait returns a jobs.NotReadyError instead of waiting for the job.
	NoWait bool
}

// Report tells what an inventory that was read has changed.
type Report struct {
	record.Inventory
	Job     vault.JobID   // that it is the output of; empty of a file
	Resumed int64         // entries that an earlier run had filed
	Elapsed time.Duration // of this run
	// AlreadyRead: an earlier run had read it to its end, so nothing was done.
	AlreadyRead bool
}

func (o *Options) check() error {
	if !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until) {
		return fmt.Errorf("nothing was created from %s on and before %s: %w", source.Stamp(o.Since), source.Stamp(o.Until), vault.ErrInvalid)
	}
	return nil
}

// needRecord refuses a depot that keeps no record.
func needRecord(d depot.Depot) error {
	if !d.HasRecord() {
		return fmt.Errorf("an inventory is taken for a journal, and there is none: %w", vault.ErrInvalid)
	}
	return nil
}

// list is what the job is asked for.
func (o *Options) list() vault.Listing {
	return vault.Listing{Since: o.Since.UTC(), Until: o.Until.UTC()}
}

// Inventory brings the record up to what a vault says that it holds. It finds a
// job that firn asked for and whose list was not read yet, or starts one, waits for
// it, and files what it lists: archives become confirmed or are found to differ, unknown
// ones are added with the name that their description hides, and what two
// inventories of the whole vault lack, made more than 48 hours after it was
// created, becomes missing. Nothing is removed from the record. An upload whose
// end was unknown is settled here, if its archive is listed.
//
// Entries that make no sense are set aside with the reason, and the rest goes on.
// Such an inventory proves nothing about what it does not list.
//
// Ten million archives take no more memory than ten thousand. A reading that was
// killed goes on where it was, and one whose output expired in the middle begins
// with another job; what was filed stays right.
func Inventory(ctx context.Context, d depot.Depot, o Options) (Report, error) {
	if err := errors.Join(needRecord(d), o.check()); err != nil {
		return Report{}, err
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	i := newInventoryRun(run, o)
	if o.MaxAge > 0 {
		if report, found, err := i.recent(ctx); found || err != nil {
			return report, err
		}
	}
	for tries := 1; ; tries++ {
		job, err := i.job(ctx)
		if err != nil {
			return Report{}, err
		}
		run.Ready(job)
		report, err := i.read(ctx, job)
		if !jobs.Lost(err) || tries == jobs.MaxLostOutputs {
			return report, err
		}
		if err := i.lose(ctx, job); err != nil {
			return report, err
		}
	}
}
