package glaciervault

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// CreateUpload starts an upload. The service may remove it after 24 hours without a request
// for it. Archives have no names, so req.Name is ignored.
func (v *Vault) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	if err := checkDescription(req.Description); err != nil {
		return "", fmt.Errorf("%s: %w", v.what("start an upload"), err)
	}
	in := &glacier.InitiateMultipartUploadInput{
		AccountId: &v.account.id, VaultName: &v.name,
		PartSize: aws.String(strconv.FormatInt(req.PartSize, 10)),
	}
	if req.Description != "" {
		in.ArchiveDescription = &req.Description
	}
	var id string
	err := v.call(ctx, fmt.Sprintf("start an upload in parts of %d bytes", req.PartSize), func() error {
		out, err := v.account.client.InitiateMultipartUpload(ctx, in)
		if err != nil {
			return err
		}
		id = aws.ToString(out.UploadId)
		return needID("upload", id)
	})
	if err != nil {
		return "", err
	}
	return vault.UploadID(id), nil
}

// UploadPart sends one part and reads it once. If part.SHA256 is zero, the SDK computes it
// first, for which the body must be able to seek. There are no receipts.
func (v *Vault) UploadPart(ctx context.Context, id vault.UploadID, part vault.Part, r io.ReadSeeker) (vault.Part, error) {
	if err := checkID("upload", id); err != nil {
		return vault.Part{}, fmt.Errorf("%s: %w", v.what("send a part"), err)
	}
	what := fmt.Sprintf("send bytes %d to %d of upload %q", part.Offset, part.Offset+part.Size-1, string(id))
	b := amazon.NewBody(r, part.Size)
	err := v.account.service.Call(ctx, v.what(what), judgePart, func() error {
		if _, err := b.Seek(0, io.SeekStart); err != nil {
			return err
		}
		out, err := v.account.client.UploadMultipartPart(ctx, &glacier.UploadMultipartPartInput{
			AccountId: &v.account.id, VaultName: &v.name, UploadId: (*string)(&id),
			Range:    aws.String(fmt.Sprintf("bytes %d-%d/*", part.Offset, part.Offset+part.Size-1)),
			Checksum: aws.String(part.TreeHash.String()),
			Body:     b,
		}, glacier.WithAPIOptions(
			v4.AddContentSHA256HeaderMiddleware, // the service requires it with every part
			amazon.WithPayloadHash(part.SHA256),
		))
		if err != nil {
			return err
		}
		return sameHash(part.TreeHash, aws.ToString(out.Checksum))
	})
	sent, sourceErr := b.End()
	switch {
	case sourceErr != nil && ctx.Err() == nil:
		// A local failure without an answer of the service has no class.
		return vault.Part{}, fmt.Errorf("%s: read the part: %w", v.what(what), sourceErr)
	case err != nil:
		return vault.Part{}, amazon.TooLarge(err, part.Size)
	case sent != part.Size:
		return vault.Part{}, vault.Errorf(vault.ErrGarbled, "%s: the answer came after %d of %d bytes", v.what(what), sent, part.Size)
	}
	part.Receipt = ""
	return part, nil
}

// CompleteUpload publishes the archive. The service compares size and tree hash with the
// parts that it holds and needs no list of them. It remembers a completed upload for an
// unspecified time.
func (v *Vault) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	if err := checkID("upload", id); err != nil {
		return "", fmt.Errorf("%s: %w", v.what("complete an upload"), err)
	}
	var archive string
	err := v.call(ctx, fmt.Sprintf("complete upload %q of %d bytes", string(id), c.Size), func() error {
		out, err := v.account.client.CompleteMultipartUpload(ctx, &glacier.CompleteMultipartUploadInput{
			AccountId: &v.account.id, VaultName: &v.name, UploadId: (*string)(&id),
			ArchiveSize: aws.String(strconv.FormatInt(c.Size, 10)),
			Checksum:    aws.String(c.TreeHash.String()),
		})
		if err != nil {
			return err
		}
		archive = aws.ToString(out.ArchiveId)
		return needID("archive", archive)
	})
	if err != nil {
		return "", err
	}
	return vault.ArchiveID(archive), nil
}

// AbortUpload removes an upload. Parts that are being sent may be stored after it; a caller
// with parts in flight calls it again.
func (v *Vault) AbortUpload(ctx context.Context, id vault.UploadID) error {
	err := checkID("upload", id)
	if err == nil {
		err = v.call(ctx, fmt.Sprintf("abort upload %q", string(id)), func() error {
			_, err := v.account.client.AbortMultipartUpload(ctx, &glacier.AbortMultipartUploadInput{
				AccountId: &v.account.id, VaultName: &v.name, UploadId: (*string)(&id),
			})
			return err
		})
	}
	return v.ignoreMissing(err)
}

// needID returns an error unless an answer that reports success contains the id of the new
// object.
func needID(noun, id string) error {
	if checkID(noun, id) != nil {
		return vault.Errorf(vault.ErrGarbled, "the answer reports success without a usable %s id (%.300q)", noun, id)
	}
	return nil
}

// sameHash compares the tree hash in an answer with the hash of the bytes sent.
func sameHash(sent treehash.Hash, answered string) error {
	got, err := treehash.Parse(answered)
	if err != nil {
		return vault.Errorf(vault.ErrGarbled, "the answer has no usable tree hash: %w", err)
	}
	if got != sent {
		return &vault.ChecksumError{Sent: sent, Computed: got}
	}
	return nil
}
