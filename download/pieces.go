package download

import (
	"context"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/jobs"
	"firn/treehash"
	"firn/vault"
)

// maxWindows bounds the number of outputs that one download waits for, however slow the
// connection is assumed to be.
const maxWindows = 32

// connectionRate returns the expected rate of the connection in bytes per second; 0 if it is
// not known. If this run has measured a higher rate than the estimate, that rate counts,
// because the estimate may come from a few small files.
func (d *download) connectionRate() float64 {
	rate := d.EstimateRate
	if d.busy > 0 {
		rate = max(rate, float64(d.received)/d.busy.Seconds())
	}
	return depot.BoundedRate(rate, float64(d.limits().At(d.Now())))
}

// window returns the number of bytes that can be read before an output expires, with a sixth of
// the time to spare; 0 if there is no bound.
func (d *download) window() int64 {
	rate, limits := d.connectionRate(), d.Vault.Limits()
	if rate == 0 || limits.OutputLifetime == 0 {
		return 0
	}
	return max(jobs.Window(rate, limits), d.want.Size/maxWindows, d.step())
}

// step returns the number that the offsets of ranges are multiples of.
func (d *download) step() int64 { return max(treehash.LeafSize, d.Vault.Limits().RangeAlignment) }

// inPieces reports whether more bytes are missing than can be read before an output expires. If
// they were all requested now, the rest would expire unread and would be paid for again.
func (d *download) inPieces(missing []vault.Range) bool {
	window, all := d.window(), jobs.SumOf(missing)
	if !d.pieces && window > 0 && all > window {
		d.pieces = true
		d.Notice(fmt.Sprintf("at %s/s at most %s of %s can be downloaded before an output expires, so they are retrieved in pieces",
			humane.Bytes(int64(d.connectionRate())), humane.Bytes(window), humane.Bytes(all)))
	}
	return d.pieces
}

// nextPieces returns the pieces to request now from the gaps, which no job has: in their order,
// as many as the window has room for beside the existing jobs, and at least one if there is no
// job. A piece can be read in a quarter of the window, so that other jobs are in progress
// meanwhile.
func (d *download) nextPieces(gaps []vault.Range, missing int64) (next []vault.Range) {
	left := d.window() - (missing - jobs.SumOf(gaps))
	for _, gap := range gaps {
		for _, piece := range transfer.Segments(gap, d.archive.Size, max(d.step(), d.window()/4)) {
			if piece.Size > left && len(d.jobs)+len(next) > 0 {
				return next
			}
			next = append(next, piece)
			left -= piece.Size
		}
	}
	return next
}

// findRequested finds, once, the missing ranges for which earlier runs or other programs
// started jobs. Further requests are cut at their ends, so that these jobs are used.
func (d *download) findRequested(ctx context.Context, missing []vault.Range) error {
	if d.knowsRequested {
		return nil
	}
	recorded, whole, err := d.requester.RecordedRanges(ctx, d.archive)
	if err != nil {
		return err
	}
	d.requested = recorded
	if !whole {
		listed, err := d.requester.ListedRanges(ctx, d.archive, jobs.MissingOf(missing, append(d.jobRanges(), recorded...)))
		if err != nil {
			return err
		}
		d.requested = append(d.requested, listed...)
	}
	d.knowsRequested = true
	return nil
}

// approve asks the caller to approve a job before it is started. If several jobs are needed,
// the first request includes the bytes of all of them, because half an archive would be paid
// for in vain.
func (d *download) approve(req vault.JobRequest, bytes int64) error {
	if bytes > 0 && bytes <= d.approved {
		d.approved -= bytes
		return nil
	}
	whole := max(bytes, d.uncovered)
	if bytes < 0 {
		whole = bytes
	}
	if err := d.Approve(req, whole); err != nil {
		return err
	}
	d.approved = max(0, whole-bytes)
	return nil
}
