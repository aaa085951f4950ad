package glaciervault

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/treehash"
	"firn/vault"
)

// Parts lists the parts that the service holds, from all pages. A list with overlapping
// parts, or with more parts than an upload can have, is ErrInvalid.
func (v *Vault) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	what := fmt.Sprintf("list the parts of upload %q", string(id))
	return func(yield func(vault.Part, error) bool) {
		if err := checkID("upload", id); err != nil {
			yield(vault.Part{}, fmt.Errorf("%s: %w", v.what(what), err))
			return
		}
		fetch := func(marker *string) (p page[types.PartListElement], err error) {
			err = v.call(ctx, what, func() error {
				out, err := v.account.client.ListParts(ctx, &glacier.ListPartsInput{
					AccountId: &v.account.id, VaultName: &v.name, UploadId: (*string)(&id), Marker: marker,
				})
				if err == nil {
					p = page[types.PartListElement]{out.Parts, out.Marker, out.ResultMetadata}
				}
				return err
			})
			return p, err
		}
		end := int64(0) // of the parts seen
		parse := func(e types.PartListElement) (vault.Part, error) {
			part, err := parsePart(e)
			if err == nil && part.Offset < end {
				err = fmt.Errorf("parts overlap or are out of order at byte %d", part.Offset)
			}
			end = part.Offset + part.Size
			return part, err
		}
		pages(v.what(what), maxParts, fetch, parse, func(e types.PartListElement) *string { return e.RangeInBytes })(yield)
	}
}

// Uploads lists the unfinished uploads of the vault, from all pages. A list that makes no
// sense is ErrInvalid.
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	const what = "list the unfinished uploads"
	return pages(v.what(what), maxUploads, func(marker *string) (p page[types.UploadListElement], err error) {
		err = v.call(ctx, what, func() error {
			out, err := v.account.client.ListMultipartUploads(ctx, &glacier.ListMultipartUploadsInput{
				AccountId: &v.account.id, VaultName: &v.name, Marker: marker,
			})
			if err == nil {
				p = page[types.UploadListElement]{out.UploadsList, out.Marker, out.ResultMetadata}
			}
			return err
		})
		return p, err
	}, parseUpload, func(e types.UploadListElement) *string { return e.MultipartUploadId })
}

func parsePart(e types.PartListElement) (vault.Part, error) {
	r, err := parseRange(aws.ToString(e.RangeInBytes))
	if err != nil {
		return vault.Part{}, err
	}
	hash, err := treehash.Parse(aws.ToString(e.SHA256TreeHash))
	if err != nil {
		return vault.Part{}, fmt.Errorf("the part at byte %d: %w", r.Offset, err)
	}
	return vault.Part{Offset: r.Offset, Size: r.Size, TreeHash: hash}, nil
}

func parseUpload(e types.UploadListElement) (vault.Upload, error) {
	id := aws.ToString(e.MultipartUploadId)
	if checkID("upload", id) != nil {
		return vault.Upload{}, fmt.Errorf("not an upload id: %.300q", id)
	}
	created, err := parseTime(e.CreationDate)
	if err != nil {
		return vault.Upload{}, fmt.Errorf("upload %q: %w", id, err)
	}
	return vault.Upload{
		ID: vault.UploadID(id), Description: aws.ToString(e.ArchiveDescription),
		PartSize: e.PartSizeInBytes, Created: created,
	}, nil
}

// parseRange parses "FIRST-LAST", both inclusive, as the service writes ranges.
func parseRange(s string) (vault.Range, error) {
	from, to, ok := strings.Cut(s, "-")
	first, err1 := strconv.ParseUint(from, 10, 62)
	last, err2 := strconv.ParseUint(to, 10, 62)
	if !ok || err1 != nil || err2 != nil || last < first {
		return vault.Range{}, fmt.Errorf("not a range of bytes: %.100q", s)
	}
	return vault.Range{Offset: int64(first), Size: int64(last - first + 1)}, nil
}
