// Package reconcile updates the record of a vault from a list: from the vault's inventory
// ([Inventory]), from a saved inventory ([Import]), or from the journal of mt-aws-glacier
// ([ImportMtJournal]).
//
//	report, err := reconcile.Inventory(ctx, d, reconcile.Options{})
//
// Here d is a depot.Depot with a record. Open of the root package firn returns one, in its
// field Depot, if its Options name a catalog. The report counts the archives. The archives
// themselves are then in the record: Catalog.Archives lists them.
//
// In a Glacier vault, an inventory takes a job of hours, and lists the archives of about a day
// ago. A directory or a bucket lists its archives at once.
package reconcile

import (
	"context"
	"errors"
	"time"

	"firn/depot"
	"firn/jobs"
	"firn/record"
	"firn/source"
	"firn/vault"
)

// Options says how to take an inventory. The zero value lists the whole vault.
type Options struct {
	// Since and Until limit the list to archives that were created from Since on and before
	// Until; see vault.Listing. An inventory with a limit makes no archive missing.
	Since, Until time.Time
	// MaxAge accepts an inventory of the whole vault that was read before, if its job was
	// started no longer ago than this. Default: none is accepted, because the vault may have
	// made a newer one.
	MaxAge time.Duration
	// Topic is the ARN of an SNS topic that receives a message when the job has ended, if the
	// job must be started; see jobs.Options.
	Topic string
	// NoWait returns a jobs.NotReadyError instead of waiting for the job.
	NoWait bool
}

// Report describes an inventory that was read, and the changes that it made to the record.
type Report struct {
	record.Inventory
	Job     vault.JobID   // job whose output was read; empty for a file
	Resumed int64         // entries that an earlier run recorded
	Elapsed time.Duration // of this run
	// AlreadyRead: an earlier run read the whole inventory, so nothing was done.
	AlreadyRead bool
}

func (o *Options) check() error {
	if !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until) {
		return vault.Errorf(vault.ErrInvalid, "the period from %s until %s is empty", source.Stamp(o.Since), source.Stamp(o.Until))
	}
	return nil
}

func needRecord(d depot.Depot) error {
	if !d.HasRecord() {
		return vault.Errorf(vault.ErrInvalid, "an inventory needs a catalog, and there is none")
	}
	return nil
}

// list returns the Listing to request.
func (o *Options) list() vault.Listing {
	return vault.Listing{Since: o.Since.UTC(), Until: o.Until.UTC()}
}

// Inventory updates the record from the vault's own list of its archives. It finds a job that
// firn started and whose output was not read yet, or starts one, waits for it, and records the
// entries.
//
// An archive whose entry agrees with the record becomes confirmed, and one that differs becomes
// differing. An unknown archive is added, with the name that its description contains. An
// archive that two inventories of the whole vault do not list, both made more than 48 hours
// after it was created, becomes missing. If an upload's result was unknown and its archive is
// listed, the upload is completed. Nothing is removed from the record.
//
// An entry that makes no sense is recorded with the reason, and the rest is read. Such an
// inventory makes no archive missing.
//
// The memory does not grow with the number of archives. A call that was killed continues where
// it was. If the output expires in the middle, another job is started, and the entries recorded
// so far stay.
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
		if err := i.dropJob(ctx, job); err != nil {
			return report, err
		}
	}
}
