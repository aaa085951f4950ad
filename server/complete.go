package server

import (
	"context"
	"errors"
	"fmt"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/treehash"
	"firn/vault"
)

// completeUpload makes an archive of an upload. It may be repeated for as long as the vault
// remembers the upload.
func (a *account) completeUpload(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	if !wire.IsID(c.target.id) {
		return wire.Reply{}, refusal.UploadNotFound(c.target.id)
	}
	size, err := wire.ArchiveSizeOf(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	hash, err := wire.TreeHashOf(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	key := c.uploadRef()
	completion := vault.Completion{Size: size, TreeHash: hash}
	completion.Parts, err = partsOf(ctx, v, key.ID)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		// Perhaps it is complete already, which only the vault knows.
	case err != nil:
		return wire.Reply{}, err
	default:
		if err := checkCompletion(completion); err != nil {
			return wire.Reply{}, err
		}
	}
	archive, err := v.CompleteUpload(ctx, key.ID, completion)
	if errors.Is(err, vault.ErrChecksum) {
		return wire.Reply{}, refusal.InvalidHeader(wire.TreeHashHeader, hash.String())
	}
	if err != nil {
		return wire.Reply{}, a.orUploadNotFound(err, c)
	}
	a.uploads.End(key)
	return a.archiveStored(c, archive, hash), nil
}

// checkCompletion compares the size and the tree hash that the client has sent with the parts
// that the vault has.
func checkCompletion(c vault.Completion) error {
	var next int64
	hashes := make([]treehash.Hash, len(c.Parts))
	for i, part := range c.Parts {
		if part.Offset != next {
			return refusal.Invalid(fmt.Sprintf("The upload is not complete: bytes %d-%d are missing.", next, part.Offset-1))
		}
		next += part.Size
		hashes[i] = part.TreeHash
	}
	if next != c.Size {
		return refusal.Invalid(fmt.Sprintf("Invalid x-amz-archive-size: %d. The parts of the upload have %d bytes.", c.Size, next))
	}
	if treehash.Combine(hashes) != c.TreeHash {
		return refusal.InvalidHeader(wire.TreeHashHeader, c.TreeHash.String())
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
