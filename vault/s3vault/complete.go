package s3vault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/crc64"
	"firn/treehash"
	"firn/vault"
)

// CompleteUpload publishes the object, unless its key has one already (a TakenError). The
// service compares the size, the parts and, if it supports it, the CRC-64 of the whole,
// which is computed from the CRC-64 of each part. CompleteUpload itself compares the tree
// hash with the hashes of the parts, and then stores it with the object.
//
// After that it verifies the object; see afterwards. So a repeated call succeeds even if
// the service has forgotten the upload. An object that is made of this upload and cannot be
// verified is an UnprovedError. A verified object of another class than the vault's is a
// ClassError.
func (v *Vault) CompleteUpload(ctx context.Context, id vault.UploadID, c vault.Completion) (vault.ArchiveID, error) {
	u, err := v.parseUpload(id)
	if err == nil {
		err = checkCompletion(c)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.what("complete an upload"), err)
	}
	whole, err := v.receipts(ctx, u, c)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return "", err
	}
	var answer published
	switch {
	case c.Unproved != "":
		answer, err = v.publishedBefore(c.Unproved)
	case err == nil:
		answer, err = v.publish(ctx, u, c, whole)
		err = v.tooManyListed(err, len(whole.parts))
	}
	if err != nil && !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrExists) {
		return "", err
	}
	// Check also after a success: some services report success for an upload that they do
	// not know, if the key has an object, and return the ETag that our object would have.
	o, err := v.afterwards(ctx, u, answer, c, whole, err)
	if err != nil {
		return "", err
	}
	if err := v.keepProof(ctx, o, c.TreeHash); err != nil {
		return "", err
	}
	return o.ID(), v.checkClass(o.ID(), o.class)
}

// checkCompletion checks that the parts follow one another and have the size and the tree
// hash of the whole.
func checkCompletion(c vault.Completion) error {
	hashes := make([]treehash.Hash, len(c.Parts))
	at := int64(0)
	for i, p := range c.Parts {
		if p.Offset != at || p.Size <= 0 {
			return vault.Errorf(vault.ErrInvalid, "part %d begins at byte %d, and the one before ends at %d", i+1, p.Offset, at)
		}
		at += p.Size
		hashes[i] = p.TreeHash
	}
	switch whole := treehash.Combine(hashes); {
	case at == 0:
		return vault.Errorf(vault.ErrInvalid, "an archive has at least one byte")
	case at != c.Size:
		return vault.Errorf(vault.ErrInvalid, "the parts have %d bytes and the archive is said to have %d", at, c.Size)
	case whole != c.TreeHash:
		return &vault.ChecksumError{Sent: c.TreeHash, Computed: whole}
	}
	return nil
}

// wholeReceipt holds the receipts of all parts.
type wholeReceipt struct {
	parts  []types.CompletedPart
	crc    crc64.Sum
	hasCRC bool
}

// receipts collects the receipts of all parts. It asks the vault for those that the caller
// does not have.
func (v *Vault) receipts(ctx context.Context, u upload, c vault.Completion) (whole wholeReceipt, err error) {
	held := map[int64]vault.Part{}
	for _, p := range c.Parts {
		if p.Receipt == "" && len(held) == 0 {
			for h, err := range v.parts(ctx, u) {
				if err != nil {
					return whole, err
				}
				held[h.Offset] = h
			}
			if len(held) == 0 {
				return whole, vault.Errorf(vault.ErrInvalid, "%s: the vault holds no parts", v.what("complete an upload"))
			}
		}
	}
	whole.hasCRC = true
	for i, p := range c.Parts {
		if h, ok := held[p.Offset]; p.Receipt == "" && ok && h.Size == p.Size {
			p.Receipt = h.Receipt
		}
		if p.Receipt == "" {
			return whole, vault.Errorf(vault.ErrInvalid, "%s: the vault does not hold the part at byte %d as it should be", v.what("complete an upload"), p.Offset)
		}
		got := parseReceipt(p.Receipt)
		done := types.CompletedPart{ETag: &got.etag, PartNumber: aws.Int32(int32(i + 1))}
		if got.hasCRC {
			done.ChecksumCRC64NVME = aws.String(got.crc.String())
			whole.crc = whole.crc.Join(got.crc, p.Size)
		}
		whole.hasCRC = whole.hasCRC && got.hasCRC
		whole.parts = append(whole.parts, done)
	}
	return whole, nil
}

// published is the service's description of the object that it made of an upload.
type published struct {
	isOurs        bool // certainly made of this upload
	version, etag string
	crc           string // of the whole; empty if the service did not return it
}

// publishedBefore describes an object that an earlier call published.
func (v *Vault) publishedBefore(id vault.ArchiveID) (published, error) {
	o, err := v.parseObject(id)
	return published{isOurs: o.version != "", version: o.version}, err
}

// publish completes the upload and returns the service's description of the object. The SDK
// recognises an answer of 200 that contains an error. If no CRC-64 will distinguish our
// object from another, publish first checks that the key has no object, because some
// services answer 200 for an upload that they do not know.
func (v *Vault) publish(ctx context.Context, u upload, c vault.Completion, whole wholeReceipt) (answer published, err error) {
	wasFree := false
	o := optional{
		what: fmt.Sprintf("complete the upload of %q", u.key), judge: judgeWhole, compares: true,
		uses: []Feature{Conditional, CRC64NVME, ObjectSize},
		before: func(has feature) error {
			wasFree = false
			if has(Conditional) && has(CRC64NVME) && whole.hasCRC {
				return nil
			}
			err := v.checkFree(ctx, "complete the upload of", u.key)
			wasFree = err == nil
			return err
		},
	}
	err = v.callUsing(ctx, o, func(has feature) error {
		out, err := v.client.CompleteMultipartUpload(ctx, v.completeInput(u, c, whole, has))
		if err != nil {
			return err
		}
		if aws.ToString(out.ETag) == "" {
			return vault.Errorf(vault.ErrGarbled, "the answer has no receipt")
		}
		answer = published{version: versionOf(out.VersionId), etag: aws.ToString(out.ETag)}
		answer.isOurs = wasFree || answer.version != ""
		if out.ChecksumType != types.ChecksumTypeComposite {
			answer.crc = aws.ToString(out.ChecksumCRC64NVME)
		}
		return nil
	})
	return answer, err
}

func (v *Vault) completeInput(u upload, c vault.Completion, whole wholeReceipt, has feature) *s3.CompleteMultipartUploadInput {
	in := &s3.CompleteMultipartUploadInput{Bucket: &v.config.Bucket, Key: &u.key, UploadId: &u.id}
	parts := slices.Clone(whole.parts)
	switch {
	case !has(CRC64NVME):
		for i := range parts {
			parts[i].ChecksumCRC64NVME = nil
		}
	case whole.hasCRC:
		in.ChecksumCRC64NVME, in.ChecksumType = aws.String(whole.crc.String()), types.ChecksumTypeFullObject
	}
	in.MultipartUpload = &types.CompletedMultipartUpload{Parts: parts}
	if has(Conditional) {
		in.IfNoneMatch = aws.String("*")
	}
	if has(ObjectSize) {
		in.MpuObjectSize = &c.Size
	}
	return in
}
