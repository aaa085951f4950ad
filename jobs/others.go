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

// Jobs for ranges of an archive, whoever asked for them, may together have what is
// wanted. What they have is not asked, and paid, for again.

// requestWorth is how many bytes cost about as much to retrieve as one request more.
func requestWorth(tier vault.Tier) int64 {
	if tier == vault.Expedited {
		return 512 << 20
	}
	return 16 << 20
}

// OwnRanges returns the ranges of an archive that jobs on record make readable, and
// whether one of them has the whole. Each is a node of the archive's tree.
func (a *Requester) OwnRanges(ctx context.Context, archive record.Archive) (parts []vault.Range, whole bool, err error) {
	own, err := a.recorded(ctx, Wanted{JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID}})
	for _, j := range own {
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

// ListedRanges returns the ranges of an archive that the vault lists jobs for, if they
// are worth using for what is wanted of it: if none has the whole, and what they have
// costs more than the requests for the runs between them.
func (a *Requester) ListedRanges(ctx context.Context, archive record.Archive, want []vault.Range) (parts []vault.Range, err error) {
	if archive.Size <= 0 || len(want) == 0 {
		return nil, nil
	}
	if err := a.List(ctx, nil); err != nil {
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

// MissingOf is what of the ranges is in none of those of have.
func MissingOf(ranges, have []vault.Range) (gaps []vault.Range) {
	for _, r := range ranges {
		gaps = append(gaps, transfer.Missing(r, have)...)
	}
	return gaps
}

// CutAt cuts ranges where others begin and end.
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

// splitNeeds cuts what is needed of an archive where jobs begin and end that others have
// asked for, which are found then.
func (a *Requester) splitNeeds(ctx context.Context, archive record.Archive, needs []vault.Range) ([]vault.Range, error) {
	_, whole, err := a.OwnRanges(ctx, archive)
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

// SumOf returns how many bytes the ranges have together.
func SumOf(ranges []vault.Range) (bytes int64) {
	for _, r := range ranges {
		bytes += r.Size
	}
	return bytes
}
