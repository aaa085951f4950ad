// Package reconcile brings the record of a vault in line with what the vault itself, a saved
// inventory or the journal of another tool lists.
package reconcile

import (
	"context"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/transfer"
	"firn/jobs"
	"firn/record"
	"firn/source"
	"firn/vault"
)

// Options says how to take an inventory. The zero value, with a Journal,
// lists the whole vault.
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
	// NoWait returns a NotReadyError instead of waiting for the job.
	NoWait bool
	// Bell is listened to while the job is in progress; see WaitOptions.
	Bell jobs.Bell
	// Ready is told of the job before it is read.
	Ready func(record.Job)
	// RetryFor is how long to go on without any progress. Default 20 hours.
	RetryFor time.Duration

	// Journal keeps the record. It is required: an inventory is taken for it.
	Journal record.InventoryJournal

	// Drain asks, when closed, to stop: what has been read is filed within 10
	// seconds, and ErrInterrupted returned. The same call continues.
	Drain <-chan struct{}
	// Progress is called as entries are filed, and Waiting while the job is in
	// progress. They must be quick.
	Progress func(Progress)
	Waiting  func(jobs.Waiting)
	// Notice is told, in a sentence, what a person should know.
	Notice func(string)
	// Now is the clock of the record. Default time.Now.
	Now func() time.Time
}

// Progress is how far the reading of an inventory has come.
type Progress struct {
	Entries int64 // filed so far, by this run or an earlier one
	// Bytes of the document are behind us, of Size. Both are 0 where that is not
	// known: an inventory that comes from a vault does not tell it.
	Bytes, Size int64
	// Finishing: all entries are filed, and what they mean is being worked out.
	Finishing bool
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

func (o *Options) setDefaults() {
	if o.Ready == nil {
		o.Ready = func(record.Job) {}
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Waiting == nil {
		o.Waiting = func(jobs.Waiting) {}
	}
	depot.SetDefaults(&o.RetryFor, &o.Notice, &o.Now)
}

func (o *Options) check() error {
	switch {
	case o.Journal == nil:
		return fmt.Errorf("an inventory is taken for a journal, and there is none: %w", vault.ErrInvalid)
	case !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until):
		return fmt.Errorf("nothing was created from %s on and before %s: %w", source.Stamp(o.Since), source.Stamp(o.Until), vault.ErrInvalid)
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
func Inventory(ctx context.Context, v vault.Vault, o Options) (Report, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return Report{}, err
	}
	ctx, stop := transfer.UntilDrained(ctx, o.Drain, transfer.DefaultDrainTimeout)
	defer stop()
	i := newInventoryRun(v, o)
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
		o.Ready(job)
		report, err := i.read(ctx, job)
		if !jobs.Lost(err) || tries == jobs.MostBarren {
			return report, err
		}
		if err := i.lose(ctx, job); err != nil {
			return report, err
		}
	}
}
