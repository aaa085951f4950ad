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

// Parts lists the parts that the service holds, from all pages.
func (v *Vault) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	what := fmt.Sprintf("list the parts of upload %q", string(id))
	return func(yield func(vault.Part, error) bool) {
		if err := checkID("upload", id); err != nil {
			yield(vault.Part{}, fmt.Errorf("%s: %w", v.what(what), err))
			return
		}
		end := int64(0) // of the parts seen
		for element, err := range pages(v.what(what), func(marker *string) ([]types.PartListElement, *string, error) {
			var out *glacier.ListPartsOutput
			err := v.call(ctx, what, func() (err error) {
				out, err = v.account.client.ListParts(ctx, &glacier.ListPartsInput{
					AccountId: &v.account.id, VaultName: &v.name, UploadId: (*string)(&id), Marker: marker,
				})
				return err
			})
			if err != nil {
				return nil, nil, err
			}
			return out.Parts, out.Marker, nil
		}) {
			var part vault.Part
			if err == nil {
				part, err = parsePart(element)
				if err == nil && part.Offset < end {
					err = fmt.Errorf("parts overlap or are out of order at byte %d", part.Offset)
				}
				if err != nil {
					err = fmt.Errorf("%s: %w: %w", v.what(what), vault.ErrUnavailable, err)
				}
			}
			if err != nil {
				yield(vault.Part{}, err)
				return
			}
			end = part.Offset + part.Size
			if !yield(part, nil) {
				return
			}
		}
	}
}

// Uploads lists the unfinished uploads of the vault, from all pages.
func (v *Vault) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	const what = "list the unfinished uploads"
	return func(yield func(vault.Upload, error) bool) {
		for element, err := range pages(v.what(what), func(marker *string) ([]types.UploadListElement, *string, error) {
			var out *glacier.ListMultipartUploadsOutput
			err := v.call(ctx, what, func() (err error) {
				out, err = v.account.client.ListMultipartUploads(ctx, &glacier.ListMultipartUploadsInput{
					AccountId: &v.account.id, VaultName: &v.name, Marker: marker,
				})
				return err
			})
			if err != nil {
				return nil, nil, err
			}
			return out.UploadsList, out.Marker, nil
		}) {
			var upload vault.Upload
			if err == nil {
				upload, err = parseUpload(element)
				if err != nil {
					err = fmt.Errorf("%s: %w: %w", v.what(what), vault.ErrUnavailable, err)
				}
			}
			if !yield(upload, err) || err != nil {
				return
			}
		}
	}
}

// pages walks a list that the service gives out in pages, each with the marker
// of the next one. A marker seen before would never end and ends the walk.
func pages[T any](what string, fetch func(marker *string) ([]T, *string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var marker *string
		seen := make(map[string]bool)
		for {
			items, next, err := fetch(marker)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if aws.ToString(next) == "" {
				return
			}
			if seen[*next] {
				yield(none, fmt.Errorf("%s: %w: the list repeats the marker %.300q", what, vault.ErrUnavailable, *next))
				return
			}
			seen[*next] = true
			marker = next
		}
	}
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
	if err := needID("upload", id); err != nil {
		return vault.Upload{}, err
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

// parseRange reads "FIRST-LAST", both inclusive, as the service writes ranges.
func parseRange(s string) (vault.Range, error) {
	from, to, ok := strings.Cut(s, "-")
	first, err1 := strconv.ParseUint(from, 10, 62)
	last, err2 := strconv.ParseUint(to, 10, 62)
	if !ok || err1 != nil || err2 != nil || last < first {
		return vault.Range{}, fmt.Errorf("not a range of bytes: %.100q", s)
	}
	return vault.Range{Offset: int64(first), Size: int64(last - first + 1)}, nil
}
