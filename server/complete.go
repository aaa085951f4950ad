package server

import (
	"context"
	"errors"
	"fmt"

	"firn/treehash"
	"firn/vault"
)

// completeUpload publishes the archive. It may be repeated for as long as the
// vault remembers the upload.
func (a *account) completeUpload(ctx context.Context, c *call) (reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if !isID(c.target.id) {
		return reply{}, uploadNotFound(c.target.id)
	}
	size, err := archiveSizeOf(c.r)
	if err != nil {
		return reply{}, err
	}
	hash, err := treeHashOf(c.r)
	if err != nil {
		return reply{}, err
	}
	key := c.uploadKey()
	completion := vault.Completion{Size: size, TreeHash: hash}
	completion.Parts, err = partsOf(ctx, v, key.id)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		// Perhaps it is complete already: only the vault can tell.
	case err != nil:
		return reply{}, err
	default:
		if err := checkCompletion(completion); err != nil {
			return reply{}, err
		}
	}
	archive, err := v.CompleteUpload(ctx, key.id, completion)
	if errors.Is(err, vault.ErrChecksum) {
		return reply{}, invalidHeader(treeHashHeader, hash.String())
	}
	if err != nil {
		return reply{}, a.orUploadNotFound(err, c)
	}
	a.uploads.forget(key)
	a.openUploads.end(key)
	return a.archiveStored(c, archive, hash), nil
}

// checkCompletion compares what the client believes to have uploaded with the
// parts that are there.
func checkCompletion(c vault.Completion) error {
	var next int64
	hashes := make([]treehash.Hash, len(c.Parts))
	for i, part := range c.Parts {
		if part.Offset != next {
			return invalid(fmt.Sprintf("The upload is not complete: bytes %d-%d are missing.", next, part.Offset-1))
		}
		next += part.Size
		hashes[i] = part.TreeHash
	}
	if next != c.Size {
		return invalid(fmt.Sprintf("Invalid x-amz-archive-size: %d. The parts of the upload have %d bytes.", c.Size, next))
	}
	if treehash.Combine(hashes) != c.TreeHash {
		return invalidHeader(treeHashHeader, c.TreeHash.String())
	}
	return nil
}

// partsOf collects the parts of an upload.
func partsOf(ctx context.Context, v vault.Vault, id vault.UploadID) ([]vault.Part, error) {
	var parts []vault.Part
	for part, err := range v.Parts(ctx, id) {
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}
