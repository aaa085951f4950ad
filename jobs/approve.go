package jobs

import (
	"context"
	"slices"

	"firn/record"
	"firn/vault"
)

// approveAll returns an Approve function for one archive. Before the first job is started, the
// caller agrees to all bytes of the archive that no job has yet, because half an archive would
// be paid for in vain.
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
			rest, err := a.uncovered(ctx, archive, needs[i:])
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

// uncovered returns the number of needed bytes that no job has, neither on record nor in the
// vault's list.
func (a *Requester) uncovered(ctx context.Context, archive record.Archive, needs []vault.Range) (bytes int64, err error) {
	recorded, _, err := a.RecordedRanges(ctx, archive)
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
		isCovered := slices.ContainsFunc(recorded, func(have vault.Range) bool { return have.Contains(r) }) ||
			slices.ContainsFunc(a.Listed.Jobs, func(j vault.Job) bool { return a.isUsable(j, w) })
		if !isCovered {
			bytes += r.Size
		}
	}
	return bytes, nil
}
