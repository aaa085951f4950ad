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

// readable returns a succeeded job that has some of the missing ranges or, if first is set, the
// beginning of the first. It finds or starts jobs until they cover all missing bytes, or as
// many as can be read in time, and no others.
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
		job, err := d.awaitJob(ctx, awaited)
		if err != nil || job.ID != "" {
			return job, err
		}
	}
}

// cover makes sure that the jobs contain the needed ranges, and drops the jobs that contain no
// missing byte.
func (d *download) cover(ctx context.Context, missing []vault.Range) error {
	d.jobs = slices.DeleteFunc(d.jobs, func(j record.Job) bool {
		return !slices.ContainsFunc(missing, func(r vault.Range) bool { return j.Range.Overlap(r).Size > 0 })
	})
	if err := d.findRequested(ctx, missing); err != nil {
		return err
	}
	for _, need := range d.needs(missing) {
		for !slices.ContainsFunc(d.jobs, func(j record.Job) bool { return j.Range.Contains(need) }) {
			job, _, err := d.requester.ForRange(ctx, d.archive, d.requestRange(need))
			if err != nil {
				return err
			}
			if err := d.addJob(ctx, job, need); err != nil {
				return err
			}
		}
	}
	return nil
}

// needs returns the ranges that additional jobs must have. They are nodes of the archive's
// tree, because only a node has a hash that verifies it.
func (d *download) needs(missing []vault.Range) (needs []vault.Range) {
	gaps := jobs.MissingOf(missing, d.jobRanges())
	d.uncovered = jobs.SumOf(jobs.MissingOf(gaps, d.requested))
	if d.inPieces(missing) {
		return d.nextPieces(jobs.CutAt(gaps, d.requested), jobs.SumOf(missing))
	}
	for _, gap := range jobs.CutAt(gaps, d.requested) {
		needs = append(needs, transfer.Nodes(gap, d.archive.Size)...)
	}
	return needs
}

// jobRanges returns the ranges of the jobs to read from.
func (d *download) jobRanges() (ranges []vault.Range) {
	for _, j := range d.jobs {
		ranges = append(ranges, j.Range)
	}
	return ranges
}

// requestRange returns the range for a request. The zero Range requests the whole archive.
func (d *download) requestRange(r vault.Range) vault.Range {
	if r == (vault.Range{Size: d.archive.Size}) {
		return vault.Range{}
	}
	return r
}

// awaitJob waits until one of the jobs has succeeded and returns it. It returns the zero Job if
// one of them is gone.
func (d *download) awaitJob(ctx context.Context, among []record.Job) (record.Job, error) {
	var later error
	ctx, stop := d.UntilDrained(ctx)
	defer stop()
	for job, err := range jobs.WaitAll(ctx, d.Depot, among, jobs.WaitOptions{NoWait: d.NoWait}) {
		var notReady *jobs.NotReadyError
		switch {
		case err == nil:
			if !d.announced[job.ID] {
				d.announced[job.ID] = true
				d.Ready(job)
			}
			return job, nil
		case job.Status == record.Gone:
			return record.Job{}, d.dropJob(ctx, job)
		case errors.As(err, &notReady):
			later = err
		default:
			return record.Job{}, err
		}
	}
	return record.Job{}, later
}

// dropJob records that the output of a job is gone. The caller then requests the missing ranges
// again. After several lost outputs in a row, dropJob returns an error.
func (d *download) dropJob(ctx context.Context, job record.Job) error {
	d.jobs = slices.DeleteFunc(d.jobs, func(j record.Job) bool { return j.ID == job.ID })
	d.requester.Listed.Forget(job.ID)
	d.knowsRequested = false
	if job.Status != record.Gone {
		job.Status, job.Message = record.Gone, "the output is gone"
		if err := d.Journal.SaveJob(context.WithoutCancel(ctx), &job); err != nil {
			return err
		}
	}
	d.lostOutputs++
	if d.lostOutputs > jobs.MaxLostOutputs {
		return fmt.Errorf("%d jobs in a row expired before their output could be read: %w", d.lostOutputs, depot.ErrGaveUp)
	}
	d.Notice(fmt.Sprintf("the output of job %s has expired; retrieving only the missing bytes again", depot.QuoteID(job.ID)))
	return nil
}

// sink is the destination of the segments.
type sink struct {
	at      io.WriterAt // receives the segments in any order, or
	ordered io.Writer   // receives them in the order of the archive
	segment int64       // greatest size in bytes; 0: the engine chooses
	record  func(context.Context, vault.Range, treehash.Hash) error
}

// fetch reads the missing ranges that a job has. If the output expires meanwhile, fetch returns
// no error, and the caller requests the rest again.
func (d *download) fetch(ctx context.Context, job record.Job, missing []vault.Range, to sink) error {
	keeper := d.newKeeper(job)
	limiter, stop := transfer.StartLimiter(ctx, d.limits(), d.Now)
	defer stop()
	o := transfer.FetchOptions{
		Open: func(ctx context.Context, r vault.Range) (vault.Output, error) {
			keeper.keep(ctx)
			return d.Vault.OpenOutput(ctx, job.ID, vault.Range{Offset: r.Offset - job.Range.Offset, Size: r.Size})
		},
		At: to.at, Ordered: to.ordered,
		Record: func(ctx context.Context, r vault.Range, hash treehash.Hash) error {
			d.have[r.Offset] = treehash.Node{Size: r.Size, Hash: hash}
			return to.record(ctx, r, hash)
		},
		Concurrency: depot.InFlight(d.Concurrency, d.limits().Most(), to.ordered != nil), Limiter: limiter,
		RetryFor: d.Patience, Drain: d.Drain, DrainTimeout: d.Grace,
		Size: d.want.Size, Done: d.want.Size, Progress: d.Progress,
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
		d.lostOutputs = 0
	}
	if err != nil && jobs.Lost(err) && !transfer.IsSink(err) {
		return d.dropJob(ctx, job)
	}
	return err
}

// missing returns the wanted ranges that were not fetched yet.
func (d *download) missing() []vault.Range {
	have := make([]vault.Range, 0, len(d.have))
	for offset, n := range d.have {
		have = append(have, vault.Range{Offset: offset, Size: n.Size})
	}
	return transfer.Missing(d.want, have)
}

// warnOfExpiry gives a notice if the connection is too slow to read an output before it
// expires. The download continues, because the bytes that arrive in time are kept.
func (d *download) warnOfExpiry(job record.Job, bytes int64) {
	rate := d.connectionRate()
	if rate <= 0 || job.Expires.IsZero() || d.Vault.Limits().Prolongs {
		return
	}
	left := max(0, job.Expires.Sub(d.Now()))
	if float64(bytes) > rate*left.Seconds() {
		d.Notice(fmt.Sprintf("at %s/s only %s of %s will arrive before the output expires, in %s; the rest will be retrieved again then",
			humane.Bytes(int64(rate)), humane.Bytes(int64(rate*left.Seconds())), humane.Bytes(bytes), humane.Duration(left)))
	}
}
