package s3vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
	"firn/internal/crc64"
	"firn/vault"
)

// CreateUpload starts an upload of the object whose key is the vault's prefix followed by
// req.Name; without a name it makes one up. A key that has an object already is ErrExists:
// nothing is overwritten.
func (v *Vault) CreateUpload(ctx context.Context, req vault.UploadRequest) (vault.UploadID, error) {
	if req.Name == "" {
		req.Name = "archive-" + rand.Text()
	}
	key, err := v.newKey(req.Name)
	if err == nil {
		err = checkRequest(req)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.what("start an upload"), err)
	}
	if err := v.checkFree(ctx, "start an upload of", key); err != nil {
		return "", err
	}
	if _, err := v.keepsVersions(ctx); err != nil { // CompleteUpload needs to know this
		return "", err
	}
	u := upload{key: key, partSize: req.PartSize}
	if u.id, err = v.create(ctx, key, req); err != nil {
		return "", err
	}
	if err := v.checkUploadClass(ctx, u); err != nil {
		return "", err
	}
	return u.ID(), nil
}

func (v *Vault) create(ctx context.Context, key string, req vault.UploadRequest) (id string, err error) {
	what := fmt.Sprintf("start an upload of %q", key)
	err = v.callUsing(ctx, optional{what: what, judge: v.judgeCreate, uses: []Feature{CRC64NVME}}, func(has feature) error {
		in := &s3.CreateMultipartUploadInput{
			Bucket: &v.config.Bucket, Key: &key, StorageClass: v.storageClass(), Metadata: metadata(req),
		}
		if has(CRC64NVME) {
			in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
		}
		out, err := v.client.CreateMultipartUpload(ctx, in)
		if err != nil {
			return err
		}
		if id = aws.ToString(out.UploadId); id == "" {
			return vault.Errorf(vault.ErrGarbled, "the answer has no upload id")
		}
		if in.ChecksumAlgorithm != "" && out.ChecksumAlgorithm != in.ChecksumAlgorithm {
			v.miss(CRC64NVME) // the service ignored it
		}
		return nil
	})
	return id, err
}

func (v *Vault) storageClass() types.StorageClass {
	if v.lacks.has(Classes) {
		return ""
	}
	return types.StorageClass(v.config.Class)
}

func checkRequest(req vault.UploadRequest) error {
	if req.PartSize < minPartSize || req.PartSize > maxPartSize {
		return vault.Errorf(vault.ErrInvalid, "parts of %d bytes: the service takes %d to %d", req.PartSize, minPartSize, int64(maxPartSize))
	}
	return checkDescription(req.Description)
}

// checkFree returns a TakenError if a key has an object. An object hidden by a delete
// marker does not count, since a bucket with versions keeps it. The service checks the same
// again when the upload is completed; checking it here avoids sending terabytes in vain.
func (v *Vault) checkFree(ctx context.Context, what, key string) error {
	out, err := v.head(ctx, key, nil)
	switch {
	case err == nil:
		return v.taken(what, object{key, versionOf(out.VersionId)}, out)
	case errors.Is(err, vault.ErrNotFound):
		return nil // or the bucket does not exist, which the next request shows
	}
	return err
}

// taken returns the error for a key that has another object.
func (v *Vault) taken(what string, o object, there *s3.HeadObjectOutput) error {
	return fmt.Errorf("%s: %w", v.what(fmt.Sprintf("%s %q", what, o.key)), &vault.TakenError{
		ID: o.ID(), Size: aws.ToInt64(there.ContentLength), Created: aws.ToTime(there.LastModified).UTC(),
	})
}

// UploadPart sends one part. The service verifies it by the SHA-256 in the signature, and
// by its CRC-64. If the caller does not know the CRC-64, UploadPart reads the body first.
func (v *Vault) UploadPart(ctx context.Context, id vault.UploadID, part vault.Part, r io.ReadSeeker) (vault.Part, error) {
	u, err := v.parseUpload(id)
	if err == nil {
		err = u.checkPart(part, v.config.MaxParts)
	}
	if err != nil {
		return vault.Part{}, fmt.Errorf("%s: %w", v.what("send a part"), err)
	}
	what := fmt.Sprintf("send bytes %d to %d of %q", part.Offset, part.Offset+part.Size-1, u.key)
	b := amazon.NewBody(r, part.Size)
	in := &s3.UploadPartInput{
		Bucket: &v.config.Bucket, Key: &u.key, UploadId: &u.id, PartNumber: aws.Int32(u.number(part.Offset)),
		ContentLength: &part.Size, Body: b,
	}
	got := receipt{}
	err = v.callUsing(ctx, optional{what: what, judge: judgePart, uses: []Feature{CRC64NVME}, compares: true}, func(has feature) error {
		if got.hasCRC = has(CRC64NVME); !got.hasCRC {
			in.ChecksumCRC64NVME = nil
		} else if in.ChecksumCRC64NVME == nil {
			if got.crc, err = sumOf(ctx, part, b); err != nil {
				return err
			}
			in.ChecksumCRC64NVME = aws.String(got.crc.String())
		}
		if _, err := b.Seek(0, io.SeekStart); err != nil {
			return err
		}
		out, err := v.client.UploadPart(ctx, in, s3.WithAPIOptions(amazon.WithPayloadHash(part.SHA256)))
		if err != nil {
			return err
		}
		if got.etag = aws.ToString(out.ETag); got.etag == "" {
			return vault.Errorf(vault.ErrGarbled, "the answer has no receipt")
		}
		return nil
	})
	if _, sourceErr := b.End(); sourceErr != nil && ctx.Err() == nil {
		// A local failure without an answer of the service has no class.
		return vault.Part{}, fmt.Errorf("%s: read the part: %w", v.what(what), sourceErr)
	}
	if err != nil {
		err = tooManyParts(amazon.TooLarge(err, part.Size), int(u.number(part.Offset)))
		return vault.Part{}, v.explainHangUp(ctx, u, err)
	}
	part.Receipt = got.text()
	return part, nil
}

func sumOf(ctx context.Context, part vault.Part, body io.Reader) (crc64.Sum, error) {
	if part.CRC64 != 0 {
		return part.CRC64, nil
	}
	return crc64.Read(ctx, body, part.Size)
}

// explainHangUp checks whether the upload still exists after a service has closed the
// connection in the middle of a part. Some services do that when they refuse a part,
// without waiting for the rest, and the refusal is lost.
func (v *Vault) explainHangUp(ctx context.Context, u upload, err error) error {
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	for _, missing := range v.parts(ctx, u) {
		if errors.Is(missing, vault.ErrNotFound) {
			return missing
		}
		break
	}
	return err
}

// number returns the service's number of the part at an offset.
func (u upload) number(offset int64) int32 { return int32(offset/u.partSize) + 1 }

// checkPart returns ErrInvalid if a part cannot belong to the upload. most is the largest
// number of parts.
func (u upload) checkPart(p vault.Part, most int) error {
	switch {
	case u.partSize == 0:
		return vault.Errorf(vault.ErrInvalid, "the part size of this upload is not known, as it was begun by another program")
	case p.Offset < 0 || p.Offset%u.partSize != 0 || p.Size <= 0 || p.Size > u.partSize || p.Offset/u.partSize >= int64(most):
		return vault.Errorf(vault.ErrInvalid, "%d bytes at byte %d are no part of an upload in parts of %d", p.Size, p.Offset, u.partSize)
	}
	return nil
}

// receipt is the receipt of a part: what CompleteUpload needs of it.
type receipt struct {
	etag   string
	crc    crc64.Sum
	hasCRC bool
}

func (r receipt) text() string {
	if !r.hasCRC {
		return r.etag
	}
	return r.crc.String() + " " + r.etag
}

func parseReceipt(text string) (r receipt) {
	sum, etag, _ := strings.Cut(text, " ")
	if crc, err := crc64.Parse(sum); err == nil && etag != "" {
		return receipt{etag: etag, crc: crc, hasCRC: true}
	}
	return receipt{etag: text}
}

// Parts lists the parts of an upload that the vault holds. The service keeps no tree hashes
// of parts, but their CRC-64.
func (v *Vault) Parts(ctx context.Context, id vault.UploadID) iter.Seq2[vault.Part, error] {
	return func(yield func(vault.Part, error) bool) {
		u, err := v.parseUpload(id)
		if err != nil {
			yield(vault.Part{}, fmt.Errorf("%s: %w", v.what("list the parts of an upload"), err))
			return
		}
		for p, err := range v.parts(ctx, u) {
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

func (v *Vault) parts(ctx context.Context, u upload) iter.Seq2[vault.Part, error] {
	return v.held(ctx, &u)
}

// held lists the parts of an upload. If the part size of u is unknown, held finds it from
// the parts and stores it in u; if it cannot, the list is ErrInvalid.
func (v *Vault) held(ctx context.Context, u *upload) iter.Seq2[vault.Part, error] {
	what := fmt.Sprintf("list the parts of an upload of %q", u.key)
	return amazon.List[types.Part, string, vault.Part]{
		What: v.what(what), Limit: maxParts,
		Fetch: func(marker *string) (p amazon.Page[types.Part, string], err error) {
			err = v.call(ctx, what, func() error {
				out, err := v.client.ListParts(ctx, &s3.ListPartsInput{
					Bucket: &v.config.Bucket, Key: &u.key, UploadId: &u.id, PartNumberMarker: marker,
				})
				if err == nil {
					if u.partSize == 0 {
						u.partSize = partSizeOf(out.Parts)
					}
					next := aws.ToString(out.NextPartNumberMarker)
					p, err = page(out.Parts, out.IsTruncated, next, next, out.ResultMetadata)
				}
				return err
			})
			return p, err
		},
		Parse: func(p types.Part) (vault.Part, error) {
			number, size := int64(aws.ToInt32(p.PartNumber)), aws.ToInt64(p.Size)
			got := receipt{etag: aws.ToString(p.ETag)}
			if sum, err := crc64.Parse(aws.ToString(p.ChecksumCRC64NVME)); err == nil {
				got.crc, got.hasCRC = sum, true
			}
			if u.partSize == 0 || number < 1 || number > maxParts {
				return vault.Part{}, fmt.Errorf("where part %d begins is not known", number)
			}
			return vault.Part{Offset: (number - 1) * u.partSize, Size: size, CRC64: got.crc, Receipt: got.text()}, nil
		},
		ID:      func(p types.Part) string { return strconv.Itoa(int(aws.ToInt32(p.PartNumber))) },
		Follows: func(p, last types.Part) bool { return aws.ToInt32(p.PartNumber) > aws.ToInt32(last.PartNumber) },
	}.All()
}

// AbortUpload removes an unfinished upload and its parts.
func (v *Vault) AbortUpload(ctx context.Context, id vault.UploadID) error {
	u, err := v.parseUpload(id)
	if err != nil {
		return nil //nolint:nilerr // an upload that cannot exist
	}
	err = v.call(ctx, fmt.Sprintf("abort an upload of %q", u.key), func() error {
		_, err := v.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
			Bucket: &v.config.Bucket, Key: &u.key, UploadId: &u.id,
		})
		return err
	})
	return ignoreMissing(err)
}

// ignoreMissing removes the error that an object to be removed does not exist, unless the
// whole bucket does not exist.
func ignoreMissing(err error) error {
	answer := amazon.Refusal(err)
	if errors.Is(err, vault.ErrNotFound) && answer != nil && !answer.CodeIs("NoSuchBucket") {
		return nil
	}
	return err
}

// uploads lists the unfinished uploads whose keys have a prefix.
func (v *Vault) uploads(ctx context.Context, prefix string) iter.Seq2[types.MultipartUpload, error] {
	const what = "list the unfinished uploads"
	list := amazon.List[types.MultipartUpload, keyed, types.MultipartUpload]{
		What: v.what(what),
		Fetch: func(m *keyed) (p amazon.Page[types.MultipartUpload, keyed], err error) {
			in := &s3.ListMultipartUploadsInput{Bucket: &v.config.Bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
			if m != nil {
				in.KeyMarker, in.UploadIdMarker = m.key, m.within
			}
			err = v.call(ctx, what, func() error {
				out, err := v.client.ListMultipartUploads(ctx, in)
				if err == nil {
					for i, m := range out.Uploads {
						out.Uploads[i].Key = plainKey(out.EncodingType, m.Key)
					}
					next := keyed{plainKey(out.EncodingType, out.NextKeyMarker), out.NextUploadIdMarker}
					p, err = page(out.Uploads, out.IsTruncated, next, next.marker(), out.ResultMetadata)
				}
				return err
			})
			return p, err
		},
		Parse: func(m types.MultipartUpload) (types.MultipartUpload, error) { return m, nil },
		ID:    func(m types.MultipartUpload) string { return keyed{m.Key, m.UploadId}.marker() },
		Follows: func(m, last types.MultipartUpload) bool {
			return keyed{m.Key, m.UploadId}.follows(keyed{last.Key, last.UploadId})
		},
	}
	return func(yield func(types.MultipartUpload, error) bool) {
		if v.lacks.has(UploadList) {
			return
		}
		for m, err := range list.All() {
			if v.isMissing(UploadList, err) {
				return
			}
			if err = v.adviseLacking(UploadList, err); !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// unfinished describes a listed upload, with its part size if its parts show it.
func (v *Vault) unfinished(ctx context.Context, m types.MultipartUpload) (vault.Upload, error) {
	u := upload{key: aws.ToString(m.Key), id: aws.ToString(m.UploadId)}
	for _, err := range v.held(ctx, &u) {
		if err != nil && !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrInvalid) {
			return vault.Upload{}, err
		}
		break
	}
	class := m.StorageClass
	if v.isElsewhere() && class == types.StorageClassStandard {
		class = "" // some services report it for every upload
	}
	return vault.Upload{
		ID: u.ID(), Name: strings.TrimPrefix(u.key, v.config.Prefix), Class: string(class), PartSize: u.partSize,
		Created: aws.ToTime(m.Initiated).UTC(),
	}, nil
}
