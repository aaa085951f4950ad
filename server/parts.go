package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"firn/vault"
)

// uploadPart stores one part of an upload.
func (a *account) uploadPart(ctx context.Context, c *call) (reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return reply{}, err
	}
	upload, err := a.openUpload(ctx, c, v)
	if err != nil {
		return reply{}, err
	}
	part, err := claimedPart(c.r, c.sha256)
	if err != nil {
		return reply{}, err
	}
	if part.Offset, err = partRange(c.r, upload.PartSize); err != nil {
		return reply{}, err
	}
	stored, err := v.UploadPart(ctx, upload.ID, part, c.body)
	if err != nil {
		return reply{}, asChecksumError(a.orUploadNotFound(err, c))
	}
	return reply{
		status: http.StatusNoContent,
		header: map[string]string{treeHashHeader: stored.TreeHash.String()},
	}, nil
}

// partDescription is one part in the answer to ListParts.
type partDescription struct {
	RangeInBytes   string
	SHA256TreeHash string
}

// partsPage is the answer to ListParts.
type partsPage struct {
	ArchiveDescription *string
	CreationDate       *string
	Marker             *string
	MultipartUploadID  string `json:"MultipartUploadId"`
	PartSizeInBytes    int64
	Parts              []partDescription
	VaultARN           string
}

// listParts answers with a page of the parts that an upload holds. Its marker is
// the offset of the first part of the next page.
func (a *account) listParts(ctx context.Context, c *call) (reply, error) {
	limit, marker, err := pageOf(c.r, uploadsPage)
	if err != nil {
		return reply{}, err
	}
	from, ok := parseOffset(marker)
	if marker != "" && !ok {
		return reply{}, invalid("Invalid marker: " + marker)
	}
	v, err := a.open(ctx, c)
	if err != nil {
		return reply{}, err
	}
	upload, err := a.openUpload(ctx, c, v)
	if err != nil {
		return reply{}, err
	}
	page := partsPage{
		ArchiveDescription: orNull(upload.Description),
		CreationDate:       date(upload.Created),
		MultipartUploadID:  string(upload.ID),
		PartSizeInBytes:    upload.PartSize,
		Parts:              []partDescription{},
		VaultARN:           a.arn(c.target.vault),
	}
	for part, err := range v.Parts(ctx, upload.ID) {
		if err != nil {
			return reply{}, a.orUploadNotFound(err, c)
		}
		if part.Offset < from {
			continue
		}
		if len(page.Parts) == limit {
			page.Marker = orNull(strconv.FormatInt(part.Offset, 10))
			break
		}
		page.Parts = append(page.Parts, partDescription{
			RangeInBytes:   fmt.Sprintf("%d-%d", part.Offset, part.Offset+part.Size-1),
			SHA256TreeHash: part.TreeHash.String(),
		})
	}
	return reply{status: http.StatusOK, body: page}, nil
}

// orUploadNotFound puts ErrNotFound, once the vault was opened, into the
// service's words, and forgets what was remembered of the upload.
func (a *account) orUploadNotFound(err error, c *call) error {
	if !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	a.uploads.forget(c.uploadKey())
	a.openUploads.end(c.uploadKey())
	return uploadNotFound(c.target.id)
}
