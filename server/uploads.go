package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"firn/server/internal/refusal"
	"firn/server/internal/uploads"
	"firn/server/internal/wire"
	"firn/vault"
)

func (a *account) initiateUpload(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	description, err := wire.DescriptionOf(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	partSize, err := wire.PartSizeOf(c.r)
	if err != nil {
		return wire.Reply{}, err
	}
	id, err := a.uploads.Begin(ctx, c.accessKey, c.target.vault, func() (vault.UploadID, error) {
		return v.CreateUpload(ctx, vault.UploadRequest{Description: description, PartSize: partSize})
	})
	if err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
	}
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{
			"Location":                  a.location(c.target.vault, "multipart-uploads", string(id)),
			"x-amz-multipart-upload-id": string(id),
		},
	}, nil
}

// abortUpload removes an unfinished upload. It may be repeated for a while. An upload that was
// completed, or never begun, is not found.
func (a *account) abortUpload(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	key := c.uploadRef()
	a.uploads.Forget(key) // what counts is whether it is open now
	if _, err := a.openUpload(ctx, c, v); err != nil && !a.uploads.WasAborted(key) {
		return wire.Reply{}, err
	}
	// Also if it was aborted before: a part may have come in since.
	if err := v.AbortUpload(ctx, key.ID); err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
	}
	a.uploads.Abort(key)
	return wire.Reply{Status: http.StatusNoContent}, nil
}

// uploadDescription is one upload in the answer to ListMultipartUploads.
type uploadDescription struct {
	ArchiveDescription *string
	CreationDate       *string
	MultipartUploadID  string `json:"MultipartUploadId"`
	PartSizeInBytes    int64
	VaultARN           string
}

// listUploads answers with a page of unfinished uploads. They are sorted by id, so that the next
// page is right also if uploads begin or end meanwhile. The marker is the id of the first upload
// of the next page.
func (a *account) listUploads(ctx context.Context, c *call) (wire.Reply, error) {
	limit, marker, err := wire.PageOf(c.r, wire.UploadsPage)
	if err != nil {
		return wire.Reply{}, err
	}
	if marker != "" && !wire.IsID(marker) {
		return wire.Reply{}, refusal.Invalid("Invalid marker: " + marker)
	}
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	var open []vault.Upload
	for upload, err := range v.Uploads(ctx) {
		if err != nil {
			return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
		}
		if string(upload.ID) >= marker {
			open = append(open, upload)
		}
	}
	slices.SortFunc(open, func(a, b vault.Upload) int { return cmp.Compare(a.ID, b.ID) })
	page := struct {
		Marker      *string
		UploadsList []uploadDescription
	}{UploadsList: []uploadDescription{}}
	for _, upload := range open[:min(limit, len(open))] {
		page.UploadsList = append(page.UploadsList, uploadDescription{
			ArchiveDescription: wire.OrNull(upload.Description),
			CreationDate:       wire.Date(upload.Created),
			MultipartUploadID:  string(upload.ID),
			PartSizeInBytes:    upload.PartSize,
			VaultARN:           a.arn(c.target.vault),
		})
	}
	if len(open) > limit {
		page.Marker = wire.OrNull(string(open[limit].ID))
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}

// uploadRef returns the upload that the path names.
func (c *call) uploadRef() uploads.Ref {
	return uploads.Ref{Vault: c.target.vault, ID: vault.UploadID(c.target.id)}
}

// openUpload returns the unfinished upload that the path names. It may have ended already, which
// shows when the vault uses it.
func (a *account) openUpload(ctx context.Context, c *call, v vault.Vault) (vault.Upload, error) {
	if !wire.IsID(c.target.id) {
		return vault.Upload{}, refusal.UploadNotFound(c.target.id)
	}
	u, known, err := a.uploads.Find(ctx, v, c.uploadRef())
	if err != nil {
		return vault.Upload{}, a.orVaultNotFound(err, c.target.vault)
	}
	if !known {
		return vault.Upload{}, refusal.UploadNotFound(c.target.id)
	}
	return u, nil
}
