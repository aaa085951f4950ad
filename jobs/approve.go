package jobs

import (
	"context"
	"slices"

	"firn/record"
	"firn/vault"
)

// approveAll has the caller agree, before the first job of an archive is started, to all
// that no job has of what is needed of it: half an archive is money for nothing.
func (a *Requester) approveAll(
	ctx context.Context, archive record.Archive, needs []vault.Range,
) func(vault.JobRequest, int64) error {
	agreed, approve := int64(0), a.Approve
	return func(req vault.JobRequest, bytes int64) error {
		if bytes > 0 && bytes <= agreed {
			agreed -= bytes
			return nil
		}
		whole := bytes
		if bytes >= 0 {
			i := max(0, slices.Index(needs, req.Range))
			rest, err := a.unasked(ctx, archive, needs[i:])
			if err != nil {
				return err
			}
			whole = max(bytes, rest)
		}
		if err := approve(req, whole); err != nil {
			return err
		}
		agreed = max(0, whole-bytes)
		return nil
	}
}

// unasked is how many bytes of what is needed of an archive no job has, of those that
// are on record and those that the vault has listed.
func (a *Requester) unasked(ctx context.Context, archive record.Archive, needs []vault.Range) (bytes int64, err error) {
	own, _, err := a.OwnRanges(ctx, archive)
	if err != nil {
		return 0, err
	}
	for _, r := range needs {
		w := Wanted{
			JobRequest: vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive.ID},
			Fits:       func(j vault.Job) bool { return covers(j, r, archive.Size) },
		}
		if r.IsZero() {
			r.Size = max(0, archive.Size)
		}
		isAsked := slices.ContainsFunc(own, func(have vault.Range) bool { return have.Contains(r) }) ||
			slices.ContainsFunc(a.Listed.Jobs, func(j vault.Job) bool { return a.isUsable(j, w) })
		if !isAsked {
			bytes += r.Size
		}
	}
	return bytes, nil
}
