package jobs

import (
	"cmp"
	"context"
	"slices"

	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
	"firn/vault"
)

// Several jobs for ranges of an archive, whoever started them, may together have the wanted
// bytes. No other job is started, and paid for, for the bytes that they have.

// requestWorth returns the number of bytes whose retrieval costs about as much as one request.
func requestWorth(tier vault.Tier) int64 {
	if tier == vault.Expedited {
		return 512 << 20
	}
	return 16 << 20
}

// RecordedRanges returns the ranges of an archive that jobs on record make readable, and
// whether one of them has the whole archive. Each range is a node of the archive's tree.
func (a *Requester) RecordedRanges(ctx context.Context, archive record.Archive) (parts []vault.Range, whole bool, err error) {
	recorded, err := a.recordedJobs(ctx, Wanted{JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID}})
	for _, j := range recorded {
		isReadable := j.Status == vault.InProgress || j.Status == vault.Succeeded && (j.Expires.IsZero() || j.Expires.After(a.Now()))
		switch {
		case !isReadable:
		case j.Range.IsZero(), j.Range == vault.Range{Size: archive.Size}:
			whole = true
		case isNode(j.Range, archive.Size):
			parts = append(parts, j.Range)
		}
	}
	return parts, whole, err
}

// ListedRanges returns the ranges of an archive for which the vault lists jobs, if they are
// worth using for want. They are not if one job has the whole archive, or if retrieving their
// bytes again costs less than the additional requests for the ranges between them.
func (a *Requester) ListedRanges(ctx context.Context, archive record.Archive, want []vault.Range) (parts []vault.Range, err error) {
	if archive.Size <= 0 || len(want) == 0 {
		return nil, nil
	}
	if err := a.RefreshList(ctx, nil); err != nil {
		return nil, err
	}
	w := Wanted{
		JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID},
		Fits:       func(j vault.Job) bool { return isNode(j.Range, archive.Size) },
	}
	for _, j := range a.Listed.Jobs {
		switch {
		case !a.isUsable(j, w):
		case j.Range == vault.Range{Size: archive.Size}:
			return nil, nil
		default:
			parts = append(parts, j.Range)
		}
	}
	rest, runs := MissingOf(want, parts), int64(0)
	for _, r := range rest {
		runs += int64(len(transfer.Nodes(r, archive.Size)))
	}
	if SumOf(want)-SumOf(rest) < runs*requestWorth(a.tier) {
		return nil, nil
	}
	return parts, nil
}

// isNode reports whether a range is a node of the tree of an archive of size bytes.
func isNode(r vault.Range, size int64) bool {
	return r.Size > 0 && r.End() <= size && treehash.Aligned(r.Offset, r.End()-1, size)
}

// MissingOf returns the parts of ranges that have does not contain.
func MissingOf(ranges, have []vault.Range) (gaps []vault.Range) {
	for _, r := range ranges {
		gaps = append(gaps, transfer.Missing(r, have)...)
	}
	return gaps
}

// CutAt cuts ranges at the ends of the others.
func CutAt(ranges, others []vault.Range) (cut []vault.Range) {
	for _, other := range others {
		for _, r := range ranges {
			if common := r.Overlap(other); common.Size > 0 {
				cut = append(cut, common)
			}
		}
		ranges = MissingOf(ranges, []vault.Range{other})
	}
	cut = append(cut, ranges...)
	slices.SortFunc(cut, func(a, b vault.Range) int { return cmp.Compare(a.Offset, b.Offset) })
	return cut
}

// splitNeeds cuts the needed ranges at the ends of the ranges of existing jobs, so that these
// jobs are found.
func (a *Requester) splitNeeds(ctx context.Context, archive record.Archive, needs []vault.Range) ([]vault.Range, error) {
	_, whole, err := a.RecordedRanges(ctx, archive)
	if err != nil || whole {
		return needs, err
	}
	want := slices.Clone(needs)
	for i, r := range want {
		if r.IsZero() {
			want[i].Size = archive.Size
		}
	}
	parts, err := a.ListedRanges(ctx, archive, want)
	if err != nil || len(parts) == 0 {
		return needs, err
	}
	needs = nil
	for _, r := range CutAt(want, parts) {
		needs = append(needs, transfer.Nodes(r, archive.Size)...)
	}
	return needs, nil
}

// SumOf returns the number of bytes of all ranges.
func SumOf(ranges []vault.Range) (bytes int64) {
	for _, r := range ranges {
		bytes += r.Size
	}
	return bytes
}
