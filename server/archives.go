package server

import (
	"context"
	"errors"
	"net/http"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/treehash"
	"firn/vault"
)

// uploadArchive stores an archive that comes in one request, as an upload of one part.
func (a *account) uploadArchive(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	description, err := wire.DescriptionOf(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	part, err := wire.ClaimedPart(c.r, c.sha256)
	if err != nil {
		return wire.Reply{}, err
	}
	id, err := a.storeWhole(ctx, c, v, description, part)
	if err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault) // deleted meanwhile
	}
	return a.archiveStored(c, id, part.TreeHash), nil
}

// storeWhole uploads an archive in one part. If it fails, it removes the upload.
func (a *account) storeWhole(
	ctx context.Context, c *call, v vault.Vault, description string, part vault.Part,
) (vault.ArchiveID, error) {
	partSize := int64(wire.MinPartSize)
	for partSize < part.Size {
		partSize *= 2
	}
	upload, err := v.CreateUpload(ctx, vault.UploadRequest{Description: description, PartSize: partSize})
	if err != nil {
		return "", err
	}
	stored, err := v.UploadPart(ctx, upload, part, c.body)
	if err == nil {
		var id vault.ArchiveID
		id, err = a.completeWhole(ctx, c, v, upload, stored)
		if err == nil {
			return id, nil
		}
	}
	// Also if ctx has ended because the client is gone.
	if e := v.AbortUpload(context.WithoutCancel(ctx), upload); e != nil && !errors.Is(e, vault.ErrNotFound) {
		a.options.fault("", e)
	}
	return "", refusal.OfChecksum(err)
}

// completeWhole completes an upload of one part, if the key may still do that: the part may
// have taken hours to arrive.
func (a *account) completeWhole(
	ctx context.Context, c *call, v vault.Vault, upload vault.UploadID, stored vault.Part,
) (vault.ArchiveID, error) {
	done, err := a.policies.Keep(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	if err := a.authorize(ctx, c); err != nil {
		return "", err
	}
	return v.CompleteUpload(ctx, upload, vault.Completion{
		Size: stored.Size, TreeHash: stored.TreeHash, Parts: []vault.Part{stored},
	})
}

// archiveStored is the reply to UploadArchive and to CompleteMultipartUpload.
func (a *account) archiveStored(c *call, id vault.ArchiveID, hash treehash.Hash) wire.Reply {
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{
			"Location":          a.location(c.target.vault, "archives", string(id)),
			"x-amz-archive-id":  string(id),
			wire.TreeHashHeader: hash.String(),
		},
	}
}

func (a *account) deleteArchive(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	if !wire.IsID(c.target.id) {
		return wire.Reply{}, refusal.Invalid("Invalid archive ID: " + c.target.id)
	}
	id := vault.ArchiveID(c.target.id)
	if _, err := a.store.Archive(ctx, c.target.vault, id); errors.Is(err, vault.ErrNotFound) {
		// It was deleted before, or it is in another vault.
		if err := a.archiveElsewhere(ctx, c.target.vault, id); err != nil {
			return wire.Reply{}, err
		}
	}
	if err := v.DeleteArchive(ctx, id); err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
	}
	return wire.Reply{Status: http.StatusNoContent}, nil
}
