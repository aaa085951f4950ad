// Package depot has the value that every verb of firn works on: a vault, the record that is
// kept of it, and the caller.
//
// It also has what the verbs share: their errors, how they repeat requests, the look at what
// a vault has under an id, and how they show progress and ids.
package depot

import (
	"context"
	"time"

	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// Depot is a vault, the record of it, and the caller who works on both. Vault is required.
// A Depot is a plain value: a copy with another Progress shows another transfer.
//
// The functions tell the caller how a call gets on. They may be nil. Each is called by one
// goroutine at a time, and must be quick.
type Depot struct {
	Vault vault.Vault
	// Journal is the record. Without one, nothing that broke off can be continued, unless
	// the vault tells enough. Taking an inventory and purging need one.
	Journal record.Journal

	// Patience is how long a call goes on without any progress. Default 20 hours: after
	// 24 a Glacier vault may drop an upload.
	Patience time.Duration
	// Grace is how long requests in flight may take once ctx has ended. Then they are
	// cut off. Default 10 seconds; a negative one is none at all.
	Grace time.Duration
	// Now is the clock of the record. Default time.Now.
	Now func() time.Time

	// Notice gets, as a sentence, what a person should know.
	Notice func(string)
	// Progress gets how far a transfer is: before its first byte, and at every change.
	// A call that has nothing to transfer does not call it.
	Progress func(Progress)
	// Reading gets how far the reading of an inventory is.
	Reading func(Reading)
	// Waiting gets the jobs in progress, after each look at them.
	Waiting func(Waiting)
	// Ready gets each job that has ended well and is about to be read for the first time.
	Ready func(record.Job)
	// Approve is called before a job is started, with the bytes that it makes readable,
	// or -1 if the size of the archive is not known. For an archive that takes several
	// jobs it is called once, before the first, with the bytes of all of them. If it
	// returns an error, no job is started and the call returns that error.
	Approve func(req vault.JobRequest, bytes int64) error
	// Bell says when a job may have ended. Without one the vault is polled.
	Bell Bell
}

// HasRecord reports whether the depot keeps a record.
func (d Depot) HasRecord() bool {
	switch d.Journal.(type) {
	case nil, record.None, *record.None:
		return false
	}
	return true
}

// Run is one call of a verb on a depot.
type Run struct {
	// Depot has its defaults filled in.
	Depot
	// Drain is closed when the call is to stop: nothing new begins, and what is in
	// flight may end.
	Drain <-chan struct{}
}

// Begin begins a call of a verb. When ctx ends, Drain of the run closes. The context that
// Begin returns ends after Grace from then, with ErrInterrupted: requests use it. The verb
// calls stop at its end.
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
	if d.Waiting == nil {
		d.Waiting = func(Waiting) {}
	}
	if d.Ready == nil {
		d.Ready = func(record.Job) {}
	}
	if d.Approve == nil {
		d.Approve = func(vault.JobRequest, int64) error { return nil }
	}
	return d
}

// UntilDrained returns a context that ends, with ErrInterrupted, as soon as the run is to
// stop. What can be broken off at once uses it: reading local bytes, waiting, and calls of
// other verbs, which have a grace of their own. The caller calls stop.
func (r *Run) UntilDrained(ctx context.Context) (drained context.Context, stop func()) {
	return transfer.UntilDrained(ctx, r.Drain, 0)
}

// Stopping reports whether the run is to stop.
func (r *Run) Stopping() bool {
	select {
	case <-r.Drain:
		return true
	default:
		return false
	}
}

// Pause waits for d. It ends early, with ErrInterrupted, if the run is to stop.
func (r *Run) Pause(ctx context.Context, d time.Duration) error {
	return transfer.Pause(ctx, r.Drain, d)
}
