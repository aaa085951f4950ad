package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"firn/depot"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/jobs"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// readable returns a finished job that has some of the missing ranges or, if
// first is set, the beginning of the first. Jobs are found or asked for until
// they cover all that is missing, or as much of it as can be read in time, and only
// that.
func (d *download) readable(ctx context.Context, missing []vault.Range, first bool) (record.Job, error) {
	for {
		if err := d.cover(ctx, missing); err != nil {
			return record.Job{}, err
		}
		awaited := d.jobs
		if first {
			awaited = slices.DeleteFunc(slices.Clone(d.jobs), func(j record.Job) bool {
				return !j.Range.Contains(vault.Range{Offset: missing[0].Offset, Size: min(1, missing[0].Size)})
			})
		}
		job, err := d.await(ctx, awaited)
		if err != nil || job.ID != "" {
			return job, err
		}
	}
}

// cover makes sure that what is needed of the missing ranges is in one of the jobs,
// and drops the jobs that have none of them.
func (d *download) cover(ctx context.Context, missing []vault.Range) error {
	d.jobs = slices.DeleteFunc(d.jobs, func(j record.Job) bool {
		return !slices.ContainsFunc(missing, func(r vault.Range) bool { return j.Range.Overlap(r).Size > 0 })
	})
	if err := d.recall(ctx, missing); err != nil {
		return err
	}
	for _, need := range d.needs(missing) {
		for !slices.ContainsFunc(d.jobs, func(j record.Job) bool { return j.Range.Contains(need) }) {
			job, _, err := d.asking.ForRange(ctx, d.archive, d.request(need))
			if err != nil {
				return err
			}
			if err := d.take(ctx, job, need); err != nil {
				return err
			}
		}
	}
	return nil
}

// needs returns the runs that jobs are asked for, beside those that there are:
// nodes of the archive's tree, of which each has a hash that proves it.
func (d *download) needs(missing []vault.Range) (needs []vault.Range) {
	gaps := jobs.MissingOf(missing, d.asked())
	d.unasked = jobs.SumOf(jobs.MissingOf(gaps, d.recorded))
	if d.inPieces(missing) {
		return d.nextPieces(jobs.CutAt(gaps, d.recorded), jobs.SumOf(missing))
	}
	for _, gap := range jobs.CutAt(gaps, d.recorded) {
		needs = append(needs, transfer.Nodes(gap, d.archive.Size)...)
	}
	return needs
}

// asked is what the jobs have that are read from.
func (d *download) asked() (ranges []vault.Range) {
	for _, j := range d.jobs {
		ranges = append(ranges, j.Range)
	}
	return ranges
}

// request is how a run is asked for: the whole archive without naming a range.
func (d *download) request(r vault.Range) vault.Range {
	if r == (vault.Range{Size: d.archive.Size}) {
		return vault.Range{}
	}
	return r
}

// await waits until one of the jobs has succeeded and returns it; the zero Job if
// one turned out to be gone.
func (d *download) await(ctx context.Context, asked []record.Job) (record.Job, error) {
	var later error
	ctx, stop := d.UntilDrained(ctx)
	defer stop()
	for job, err := range jobs.WaitAll(ctx, d.Depot, asked, jobs.WaitOptions{NoWait: d.NoWait}) {
		var notReady *jobs.NotReadyError
		switch {
		case err == nil:
			if !d.told[job.ID] {
				d.told[job.ID] = true
				d.Ready(job)
			}
			return job, nil
		case job.Status == record.Gone:
			return record.Job{}, d.lose(ctx, job)
		case errors.As(err, &notReady):
			later = err
		default:
			return record.Job{}, err
		}
	}
	return record.Job{}, later
}

// lose notes that the output of a job is gone. What is missing is asked for
// again, unless that led nowhere several times.
func (d *download) lose(ctx context.Context, job record.Job) error {
	d.jobs = slices.DeleteFunc(d.jobs, func(j record.Job) bool { return j.ID == job.ID })
	d.asking.Listed.Forget(job.ID)
	d.recalled = false
	if job.Status != record.Gone {
		job.Status, job.Message = record.Gone, "the output is gone"
		if err := d.Journal.SaveJob(context.WithoutCancel(ctx), &job); err != nil {
			return err
		}
	}
	d.barren++
	if d.barren > jobs.MaxLostOutputs {
		return fmt.Errorf("%d jobs one after the other were gone before their output could be read: %w", d.barren, depot.ErrGaveUp)
	}
	d.Notice(fmt.Sprintf("the output of job %s is gone; what is missing is asked for again, and only that", depot.QuoteID(job.ID)))
	return nil
}

// sink is where the bytes of segments go.
type sink struct {
	at      io.WriterAt // in any order, or
	ordered io.Writer   // in the order of the archive
	segment int64       // bytes at most; 0: the engine's choice
	record  func(context.Context, vault.Range, treehash.Hash) error
}

// fetch reads what a job has of the missing ranges. If the output goes while it
// is read, that is no error: what is still missing is asked for again.
func (d *download) fetch(ctx context.Context, job record.Job, missing []vault.Range, to sink) error {
	stay := d.keeper(job)
	o := transfer.FetchOptions{
		Open: func(ctx context.Context, r vault.Range) (vault.Output, error) {
			stay.keep(ctx)
			return d.Vault.OpenOutput(ctx, job.ID, vault.Range{Offset: r.Offset - job.Range.Offset, Size: r.Size})
		},
		At: to.at, Ordered: to.ordered,
		Record: func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
			d.have[r.Offset] = treehash.Node{Size: r.Size, Hash: hash}
			return to.record(ctx, r, hash)
		},
		Concurrency: depot.InFlight(d.Concurrency, d.LimitRate, to.ordered != nil), Limiter: d.limiter, RetryFor: d.Patience, Drain: d.Drain, DrainTimeout: d.Grace, Progress: d.Progress,
		Size: d.want.Size, Done: d.want.Size,
	}
	if d.Vault.Limits().Sequential {
		o.Concurrency = 1
	}
	var bytes int64
	for _, m := range missing {
		o.Done -= m.Size
		part := m.Overlap(job.Range)
		bytes += part.Size
		o.Segments = append(o.Segments, transfer.Segments(part, d.archive.Size, to.segment)...)
	}
	d.warnOfExpiry(job, bytes)
	got, err := transfer.Fetch(ctx, o)
	d.received += got.Received
	d.unproved += got.Unproved
	d.retries += got.Retries
	d.busy += got.Busy
	if got.Received > 0 {
		d.barren = 0
	}
	if err != nil && jobs.Lost(err) && !transfer.IsSink(err) {
		return d.lose(ctx, job)
	}
	return err
}

// missing is what of the wanted bytes is not here.
func (d *download) missing() []vault.Range {
	have := make([]vault.Range, 0, len(d.have))
	for offset, n := range d.have {
		have = append(have, vault.Range{Offset: offset, Size: n.Size})
	}
	return transfer.Missing(d.want, have)
}

// warnOfExpiry tells if the line is too slow for an output that will expire. The
// download goes on: what has come until then is kept.
func (d *download) warnOfExpiry(job record.Job, bytes int64) {
	rate := d.lineRate()
	if rate <= 0 || job.Expires.IsZero() || d.Vault.Limits().Prolongs {
		return
	}
	left := max(0, job.Expires.Sub(d.Now()))
	if float64(bytes) > rate*left.Seconds() {
		d.Notice(fmt.Sprintf("at %s/s only %s of %s will come before the output expires, in %s; the rest is asked for again then",
			humane.Bytes(int64(rate)), humane.Bytes(int64(rate*left.Seconds())), humane.Bytes(bytes), humane.Duration(left)))
	}
}
