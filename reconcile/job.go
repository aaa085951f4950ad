package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
)

// inventoryRun is one call of Inventory.
type inventoryRun struct {
	Options
	depot.Run
	VaultURL string // canonical URL, by which the record names the vault

	requester *jobs.Requester
	started   time.Time
}

func newInventoryRun(run depot.Run, o Options) *inventoryRun {
	return &inventoryRun{
		Options: o, Run: run, VaultURL: run.Vault.URL(), started: run.Now(),
		requester: jobs.NewRequester(run, jobs.Options{Topic: o.Topic, NoWait: o.NoWait}),
	}
}

// sourceOf returns the record's name for an inventory that is the output of a job.
func sourceOf(id vault.JobID) string { return "job " + string(id) }

// job returns a succeeded job for the requested inventory.
func (i *inventoryRun) job(ctx context.Context) (record.Job, error) {
	for tries := 1; ; tries++ {
		job, err := i.find(ctx)
		if err != nil {
			return record.Job{}, err
		}
		ended, err := i.wait(ctx, job)
		if ended.Status != record.Gone || tries == jobs.MaxLostOutputs {
			return ended, err
		}
		i.requester.Listed.Forget(job.ID)
	}
}

func (i *inventoryRun) wait(ctx context.Context, job record.Job) (record.Job, error) {
	ctx, stop := i.UntilDrained(ctx)
	defer stop()
	return jobs.Wait(ctx, i.Depot, job, jobs.WaitOptions{NoWait: i.NoWait})
}

// find returns a job whose list has exactly the requested bounds and was not read yet, or
// starts one. Jobs of other tools are not used: for a finished job, the service no longer
// reports that it began at a marker, so a list of the last part of a vault looks like a list of
// the whole vault.
func (i *inventoryRun) find(ctx context.Context) (record.Job, error) {
	var failed error
	job, found, err := i.requester.Job(ctx, jobs.Wanted{
		JobRequest: vault.JobRequest{Kind: vault.RetrieveInventory, List: i.list()},
		Bytes:      -1,
		Fits: func(j vault.Job) bool {
			if !jobs.HasMark(j.Description) || !sameList(j.List, i.list()) {
				return false
			}
			last, err := i.Journal.FindInventory(ctx, i.VaultURL, sourceOf(j.ID))
			if err != nil && !errors.Is(err, vault.ErrNotFound) {
				failed = err
			}
			return last.State != record.Read
		},
	})
	switch {
	case failed != nil:
		return record.Job{}, failed
	case errors.Is(err, vault.ErrNotFound):
		return record.Job{}, i.explainMissing(ctx, err)
	case err == nil && found:
		i.Notice(fmt.Sprintf("using inventory job %s, started at %s", depot.QuoteID(job.ID), humane.Time(job.Started)))
	}
	return job, err
}

// sameList reports whether two inventories have the same bounds and format.
func sameList(a, b vault.Listing) bool {
	return a.Since.Equal(b.Since) && a.Until.Equal(b.Until) && a.Limit == b.Limit && a.Marker == b.Marker && a.CSV == b.CSV
}

// explainMissing explains that a vault does not find its own inventory: there is none before
// the first one is made (seen at the service).
func (i *inventoryRun) explainMissing(ctx context.Context, err error) error {
	err = jobs.MissingJob(ctx, i.Vault, i.requester.Retry(), err)
	if errors.Is(err, jobs.ErrVaultMissing) || !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	return fmt.Errorf("the first inventory of the vault is %w: the vault creates it within a day of its first archive: %v",
		vault.ErrNotReady, err) //nolint:errorlint // the vault itself was found
}

// dropJob records that the output of a job expired before all of it was read.
func (i *inventoryRun) dropJob(ctx context.Context, job record.Job) error {
	i.Notice(fmt.Sprintf("the output of job %s has expired; starting another inventory", depot.QuoteID(job.ID)))
	i.requester.Listed.Forget(job.ID)
	job.Status, job.Message = record.Gone, "the output is gone"
	return i.Journal.SaveJob(context.WithoutCancel(ctx), &job)
}

// recent returns an inventory of the whole vault that was read and is not older than MaxAge.
func (i *inventoryRun) recent(ctx context.Context) (report Report, found bool, err error) {
	for job, err := range i.Journal.JobsFor(ctx, i.VaultURL, "") {
		if err != nil {
			return report, false, err
		}
		if job.ID == "" || i.Now().Sub(job.Started) > i.MaxAge {
			continue
		}
		last, err := i.Journal.FindInventory(ctx, i.VaultURL, sourceOf(job.ID))
		switch {
		case errors.Is(err, vault.ErrNotFound):
		case err != nil:
			return report, false, err
		case last.State == record.Read && last.List == vault.Listing{}:
			return Report{Inventory: last, Job: job.ID, Resumed: last.Entries, AlreadyRead: true}, true, nil
		}
	}
	return report, false, nil
}

// read records the entries of a finished job. Meanwhile no other process can read an inventory
// of this vault.
func (i *inventoryRun) read(ctx context.Context, job record.Job) (Report, error) {
	f, unlock, err := openFiling(ctx, filing{
		journal: i.Journal, now: i.Now, started: i.started, job: job.ID,
		progress: func(inv record.Inventory, finishing bool) {
			i.Reading(depot.Reading{Entries: inv.Entries, Finishing: finishing})
		},
		inventory: record.Inventory{
			Vault: i.VaultURL, Source: sourceOf(job.ID), Date: job.Started, List: i.list(),
		},
	})
	if err != nil {
		return Report{}, err
	}
	if !f.isRead() {
		if f.resumed > 0 {
			i.Notice(fmt.Sprintf("continuing after the %d entries of an earlier run", f.resumed))
		}
		err = i.stream(ctx, f)
		if err == nil {
			err = f.finish(ctx)
		}
	}
	return f.report(), errors.Join(err, unlock())
}

// stream records the entries of a job's output from the recorded position on. If the output
// breaks off, stream opens it again there. Patience counts from the last full block.
func (i *inventoryRun) stream(ctx context.Context, f *filing) error {
	reading, stop := i.UntilDrained(ctx)
	defer stop()
	for {
		before, ended := f.blocks, false
		err := i.Retry().Do(reading, func(reading context.Context) error {
			err := f.all(ctx, i.Vault.Inventory(reading, f.jobID(), f.inventory.Position))
			ended = err == nil
			if depot.IsTemporary(err) && f.blocks > before {
				return nil
			}
			return err
		})
		switch {
		case err != nil && reading.Err() != nil:
			return context.Cause(reading)
		case err != nil || ended:
			return err
		}
	}
}
