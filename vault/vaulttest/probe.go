package vaulttest

import (
	"bytes"
	"context"
	"errors"

	"firn/vault"
)

// JobsTakeTime reports whether the jobs of a vault take time, or its inventories lag
// behind. It stores an archive of one byte and starts jobs.
func JobsTakeTime(ctx context.Context, v vault.Vault, partSize int64) (bool, error) {
	body := []byte{1}
	part := partOf(body, 0)
	upload, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: max(partSize, mib)})
	if err != nil {
		return false, err
	}
	if part, err = v.UploadPart(ctx, upload, part, bytes.NewReader(body)); err != nil {
		return false, err
	}
	archive, err := v.CompleteUpload(ctx, upload, vault.Completion{Size: 1, TreeHash: part.TreeHash, Parts: []vault.Part{part}})
	if err != nil {
		return false, err
	}
	for _, req := range []vault.JobRequest{
		{Kind: vault.RetrieveArchive, Archive: archive}, {Kind: vault.RetrieveInventory},
	} {
		id, err := v.StartJob(ctx, req)
		if errors.Is(err, vault.ErrNotFound) && req.Kind == vault.RetrieveInventory {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		job, err := v.Job(ctx, id)
		if err != nil {
			return false, err
		}
		if job.Status == vault.InProgress {
			return true, nil
		}
	}
	return false, nil
}
