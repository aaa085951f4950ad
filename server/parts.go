package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// uploadPart stores one part of an upload.
func (a *account) uploadPart(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	upload, err := a.openUpload(ctx, c, v)
	if err != nil {
		return wire.Reply{}, err
	}
	part, err := wire.ClaimedPart(c.r, c.sha256)
	if err != nil {
		return wire.Reply{}, err
	}
	if part.Offset, err = wire.PartRange(c.r, upload.PartSize); err != nil {
		return wire.Reply{}, err
	}
	stored, err := v.UploadPart(ctx, upload.ID, part, c.body)
	if err != nil {
		return wire.Reply{}, refusal.OfChecksum(a.orUploadNotFound(err, c))
	}
	return wire.Reply{
		Status: http.StatusNoContent,
		Header: map[string]string{wire.TreeHashHeader: stored.TreeHash.String()},
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

// listParts answers with a page of the parts of an upload. Its marker is the offset of the first
// part of the next page.
func (a *account) listParts(ctx context.Context, c *call) (wire.Reply, error) {
	limit, marker, err := wire.PageOf(c.r, wire.UploadsPage)
	if err != nil {
		return wire.Reply{}, err
	}
	from, ok := wire.ParseOffset(marker)
	if marker != "" && !ok {
		return wire.Reply{}, refusal.Invalid("Invalid marker: " + marker)
	}
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	upload, err := a.openUpload(ctx, c, v)
	if err != nil {
		return wire.Reply{}, err
	}
	page := partsPage{
		ArchiveDescription: wire.OrNull(upload.Description),
		CreationDate:       wire.Date(upload.Created),
		MultipartUploadID:  string(upload.ID),
		PartSizeInBytes:    upload.PartSize,
		Parts:              []partDescription{},
		VaultARN:           a.arn(c.target.vault),
	}
	for part, err := range v.Parts(ctx, upload.ID) {
		if err != nil {
			return wire.Reply{}, a.orUploadNotFound(err, c)
		}
		if part.Offset < from {
			continue
		}
		if len(page.Parts) == limit {
			page.Marker = wire.OrNull(strconv.FormatInt(part.Offset, 10))
			break
		}
		page.Parts = append(page.Parts, partDescription{
			RangeInBytes:   fmt.Sprintf("%d-%d", part.Offset, part.Offset+part.Size-1),
			SHA256TreeHash: part.TreeHash.String(),
		})
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}

// orUploadNotFound returns the refusal of the upload for ErrNotFound, of a vault that was opened
// before, and notes that the upload has ended. Other errors it returns as they are.
func (a *account) orUploadNotFound(err error, c *call) error {
	if !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	a.uploads.End(c.uploadRef())
	return refusal.UploadNotFound(c.target.id)
}
