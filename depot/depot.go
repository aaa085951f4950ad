// Package depot defines Depot, the value that every verb of firn works on: a vault, the record
// of it, and the caller.
//
// Open of the root package firn makes a Depot from a URL. A program that opens the vault and
// the catalog itself fills in the fields: Vault is required, and each other field has a
// default.
//
//	d := depot.Depot{Vault: v, Journal: c, Notice: func(s string) { log.Print(s) }}
//
// The package also holds the common parts of the verbs: their errors, the repetition of
// requests, the look-up of an archive by its id, progress reports, and the text of ids and
// ranges.
package depot

import (
	"context"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// Depot is a vault, the record of it, and the caller who works on both. Vault is required. A
// Depot is a plain value: to report the progress of two transfers apart, copy the Depot and set
// Progress in the copy.
//
// The functions report to the caller during a call, and may be nil. One goroutine at a time
// calls a function. It must return quickly, because the transfer waits for it.
type Depot struct {
	Vault vault.Vault
	// Journal is the record: usually a *catalog.Catalog. Nil, like record.None, keeps no
	// record. Then an interrupted call can only be continued as far as the vault's own lists
	// allow. Inventories and purges need a record, and fail with vault.ErrInvalid without one.
	Journal record.Journal

	// Patience is how long a call goes on without any progress before it fails with ErrGaveUp.
	// Default 20 hours, because a Glacier vault may drop an upload after 24.
	Patience time.Duration
	// Grace is how long requests in flight may continue after ctx has ended. Then they are
	// cancelled. Default 10 seconds; a negative value cancels them at once.
	Grace time.Duration
	// Now is the clock for the times on record. Default time.Now.
	Now func() time.Time

	// Notice is called with sentences that the user should read.
	Notice func(string)
	// Progress is called before the first byte of a transfer and at every change. A call that
	// transfers nothing does not call it.
	Progress func(Progress)
	// Reading is called while an inventory is read.
	Reading func(Reading)
	// Packing is called while directories are read for a backup, at every file.
	Packing func(Packing)
	// Restoring is called by a restore, at every file that it finds on record, and again at every
	// file that it has written. The calls do not overlap.
	Restoring func(Restoring)
	// Waiting is called with the jobs in progress, after each time their states were checked.
	Waiting func(Waiting)
	// Ready is called once for each job that has succeeded, before its output is read.
	Ready func(record.Job)
	// Approve is called before a job is started, with the number of bytes that the job makes
	// readable, or -1 for an inventory or an archive of unknown size. If an archive takes
	// several jobs, Approve is called once, before the first, with the bytes of all of them. If
	// it returns an error, no job is started and the call returns that error.
	Approve func(req vault.JobRequest, bytes int64) error
	// ApproveUpload is called before an upload begins or continues, and before the first request
	// of it that a service charges for. If it returns an error, nothing is sent and the call
	// returns that error. An archive that is there already needs no approval.
	ApproveUpload func(UploadPlan) error
	// Bell reports that a job may have ended. Without a Bell, firn polls the vault.
	Bell Bell
}

// UploadPlan is what an upload is going to do.
type UploadPlan struct {
	Size     int64 // bytes of the archive; of a stream the expected size, or -1
	Requests int   // that a service may charge for and that are still to be made; of a stream of unknown size 0
}

// HasRecord reports whether the depot keeps a record.
func (d Depot) HasRecord() bool {
	switch d.Journal.(type) {
	case nil, record.None, *record.None:
		return false
	}
	return true
}

// Run is one call of a verb on a depot. The packages of the verbs use it; a caller of the verbs
// does not need it.
type Run struct {
	// Depot has its defaults filled in.
	Depot
	// Drain is closed when the call must stop: it begins nothing new, and requests in flight
	// may finish.
	Drain <-chan struct{}
}

// Begin begins a call of a verb. When ctx ends, run.Drain closes. The verb makes its requests
// with the returned context, which ends with ErrInterrupted when Grace has passed since then.
// The verb calls stop at its end.
func Begin(ctx context.Context, d Depot) (requests context.Context, run Run, stop func()) {
	run = Run{Depot: d.WithDefaults(), Drain: ctx.Done()}
	requests, stop = transfer.UntilDrained(context.WithoutCancel(ctx), run.Drain, max(0, run.Grace))
	return requests, run, stop
}

// WithDefaults returns the depot with a value in each field that may be left out, except
// Progress and Bell.
func (d Depot) WithDefaults() Depot {
	if d.Journal == nil {
		d.Journal = record.None{}
	}
	if d.Patience == 0 {
		d.Patience = transfer.DefaultRetryFor
	}
	if d.Grace == 0 {
		d.Grace = transfer.DefaultDrainTimeout
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Notice == nil {
		d.Notice = func(string) {}
	}
	if d.Reading == nil {
		d.Reading = func(Reading) {}
	}
	if d.Packing == nil {
		d.Packing = func(Packing) {}
	}
	if d.Restoring == nil {
		d.Restoring = func(Restoring) {}
	}
	if d.Waiting == nil {
		d.Waiting = func(Waiting) {}
	}
	if d.ApproveUpload == nil {
		d.ApproveUpload = func(UploadPlan) error { return nil }
	}
	if d.Ready == nil {
		d.Ready = func(record.Job) {}
	}
	if d.Approve == nil {
		d.Approve = func(vault.JobRequest, int64) error { return nil }
	}
	return d
}

// UntilDrained returns a context that ends, with ErrInterrupted, as soon as the run must stop.
// It is for work that can be cancelled at once: reading local bytes, waiting, and calls of
// other verbs, which have a grace of their own. The caller calls stop.
func (r *Run) UntilDrained(ctx context.Context) (drained context.Context, stop func()) {
	return transfer.UntilDrained(ctx, r.Drain, 0)
}

// Stopping reports whether the run must stop.
func (r *Run) Stopping() bool {
	select {
	case <-r.Drain:
		return true
	default:
		return false
	}
}

// Pause waits for d. It returns ErrInterrupted early if the run must stop.
func (r *Run) Pause(ctx context.Context, d time.Duration) error {
	return transfer.Pause(ctx, r.Drain, d)
}
