package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"firn/server/internal/refusal"
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
	id, err := a.openUploads.begin(ctx, c.accessKey, c.target.vault, func() (vault.UploadID, error) {
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

// abortUpload removes an unfinished upload. Repeating it succeeds for a while;
// an upload that was completed, or never was, is not found.
func (a *account) abortUpload(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	key := c.uploadKey()
	a.uploads.forget(key) // what counts is whether it is open now
	if _, err := a.openUpload(ctx, c, v); err != nil && !a.uploads.wasAborted(key) {
		return wire.Reply{}, err
	}
	// Also for one that was aborted: a part that was under way may have landed.
	if err := v.AbortUpload(ctx, key.id); err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
	}
	a.uploads.rememberAborted(key)
	a.openUploads.end(key)
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

// listUploads answers with a page of unfinished uploads, sorted by id so that
// paging stays on course while uploads come and go. Its marker is the id of the
// first upload of the next page.
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
	var uploads []vault.Upload
	for upload, err := range v.Uploads(ctx) {
		if err != nil {
			return wire.Reply{}, a.orVaultNotFound(err, c.target.vault)
		}
		if string(upload.ID) >= marker {
			uploads = append(uploads, upload)
		}
	}
	slices.SortFunc(uploads, func(a, b vault.Upload) int { return cmp.Compare(a.ID, b.ID) })
	page := struct {
		Marker      *string
		UploadsList []uploadDescription
	}{UploadsList: []uploadDescription{}}
	for _, upload := range uploads[:min(limit, len(uploads))] {
		page.UploadsList = append(page.UploadsList, uploadDescription{
			ArchiveDescription: wire.OrNull(upload.Description),
			CreationDate:       wire.Date(upload.Created),
			MultipartUploadID:  string(upload.ID),
			PartSizeInBytes:    upload.PartSize,
			VaultARN:           a.arn(c.target.vault),
		})
	}
	if len(uploads) > limit {
		page.Marker = wire.OrNull(string(uploads[limit].ID))
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}
