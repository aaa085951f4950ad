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

// mostWindows bounds how often a download waits for an output, however slow the line
// is thought to be.
const mostWindows = 32

// lineRate is what the line is thought to carry, in bytes per second; 0 if nothing
// is known. An estimate, which may be that of a few small files, does not stand
// against more that this run has seen.
func (d *download) lineRate() float64 {
	rate := d.EstimateRate
	if d.busy > 0 {
		rate = max(rate, float64(d.received)/d.busy.Seconds())
	}
	return depot.BoundedRate(rate, float64(d.LimitRate))
}

// window is how much the line can read before an output expires, with a sixth of
// the time to spare; 0 if there is no bound.
func (d *download) window() int64 {
	rate, limits := d.lineRate(), d.Vault.Limits()
	if rate == 0 || limits.OutputLifetime == 0 {
		return 0
	}
	return max(jobs.Window(rate, limits), d.want.Size/mostWindows, d.step())
}

// step is what ranges are multiples of.
func (d *download) step() int64 { return max(treehash.LeafSize, d.Vault.Limits().RangeAlignment) }

// inPieces reports whether the missing bytes are more than the line can read in
// time. What is asked for beyond that expires unread and is paid for again.
func (d *download) inPieces(missing []vault.Range) bool {
	window, all := d.window(), jobs.SumOf(missing)
	if !d.pieces && window > 0 && all > window {
		d.pieces = true
		d.Notice(fmt.Sprintf("at %s/s no more than %s of %s can be read before an output expires, so they are asked for in pieces",
			humane.Bytes(int64(d.lineRate())), humane.Bytes(window), humane.Bytes(all)))
	}
	return d.pieces
}

// nextPieces is what is asked for now of the gaps, which no job has: in their order,
// as many pieces as the window has room for beside what the jobs have, and one at
// least if there is no job. A piece is read in a quarter of the window, so that
// while it is, others are on their way.
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

// recall finds out, once, which ranges of what is missing jobs were asked for, by an
// earlier run or by others. What is asked for is cut there, so that they are found.
func (d *download) recall(ctx context.Context, missing []vault.Range) error {
	if d.recalled {
		return nil
	}
	own, whole, err := d.asking.RecordedRanges(ctx, d.archive)
	if err != nil {
		return err
	}
	d.recorded = own
	if !whole {
		listed, err := d.asking.ListedRanges(ctx, d.archive, jobs.MissingOf(missing, append(d.asked(), own...)))
		if err != nil {
			return err
		}
		d.recorded = append(d.recorded, listed...)
	}
	d.recalled = true
	return nil
}

// approve has the caller agree to a job before it is started. Of what takes several, all
// is agreed to at the first of them: half an archive is money for nothing.
func (d *download) approve(req vault.JobRequest, bytes int64) error {
	if bytes > 0 && bytes <= d.agreed {
		d.agreed -= bytes
		return nil
	}
	whole := max(bytes, d.unasked)
	if bytes < 0 {
		whole = bytes
	}
	if err := d.Approve(req, whole); err != nil {
		return err
	}
	d.agreed = max(0, whole-bytes)
	return nil
}
