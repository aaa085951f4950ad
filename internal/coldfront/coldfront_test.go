package coldfront_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc64"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/coldfront"
	"firn/internal/testclock"
)

func newClock() *testclock.Clock {
	return testclock.At(time.Date(2026, 10, 15, 10, 30, 0, 0, time.UTC))
}

func hours(class, tier string) time.Duration {
	return map[string]time.Duration{
		"GLACIER Expedited": 5 * time.Minute, "GLACIER Standard": 5 * time.Hour, "GLACIER Bulk": 12 * time.Hour,
		"DEEP_ARCHIVE Standard": 12 * time.Hour, "DEEP_ARCHIVE Bulk": 48 * time.Hour,
	}[class+" "+tier]
}

// crc64nvme returns the checksum in the form that S3 uses.
func crc64nvme(b []byte) string {
	sum := crc64.Checksum(b, crc64.MakeTable(0x9A6C9329AC4BC9B5))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}

// TestLifeOfAnArchive takes a cold object through its whole life.
func TestLifeOfAnArchive(t *testing.T) {
	clock := newClock()
	_, c := start(t, coldfront.Options{Now: clock.Now, Delay: hours})
	ctx := t.Context()
	first, second := bytes.Repeat([]byte("a"), 5<<20), []byte("the end")
	whole := append(bytes.Clone(first), second...)
	key := aws.String("a/b c+d.tar")

	created, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: aws.String(bucket), Key: key, StorageClass: types.StorageClassDeepArchive,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
	})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for i, body := range [][]byte{first, second} {
		n := aws.Int32(int32(i + 1))
		sent, err := c.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: aws.String(bucket), Key: key, UploadId: created.UploadId, PartNumber: n,
			Body: bytes.NewReader(body), ChecksumCRC64NVME: aws.String(crc64nvme(body)),
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{ETag: sent.ETag, PartNumber: n, ChecksumCRC64NVME: sent.ChecksumCRC64NVME})
	}
	listed, err := c.ListParts(ctx, &s3.ListPartsInput{Bucket: aws.String(bucket), Key: key, UploadId: created.UploadId})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "parts", len(listed.Parts), 2)
	check(t, "checksum of a part", aws.ToString(listed.Parts[1].ChecksumCRC64NVME), crc64nvme(second))
	check(t, "class of the parts", listed.StorageClass, types.StorageClassDeepArchive)

	done, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: key, UploadId: created.UploadId, IfNoneMatch: aws.String("*"),
		ChecksumCRC64NVME: aws.String(crc64nvme(whole)), ChecksumType: types.ChecksumTypeFullObject,
		MpuObjectSize:   aws.Int64(int64(len(whole))),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "checksum", aws.ToString(done.ChecksumCRC64NVME), crc64nvme(whole))

	h := head(t, c, *key)
	check(t, "class", h.StorageClass, types.StorageClassDeepArchive)
	check(t, "restore", h.Restore, (*string)(nil))
	_, err = get(ctx, c, *key)
	status, code := answered(t, err)
	check(t, "status of reading what is archived", status, 403)
	check(t, "code of reading what is archived", code, "InvalidObjectState")

	status, code = restore(t, c, *key, 3, types.TierBulk)
	check(t, "restore", status, 202)
	check(t, "code", code, "")
	check(t, "restore", aws.ToString(head(t, c, *key).Restore), `ongoing-request="true"`)
	clock.Advance(48 * time.Hour)
	check(t, "restore", aws.ToString(head(t, c, *key).Restore), `ongoing-request="false", expiry-date="Mon, 19 Oct 2026 00:00:00 GMT"`)
	text, err := get(ctx, c, *key)
	if err != nil || text != string(whole) {
		t.Errorf("read %d bytes: %v", len(text), err)
	}
	clock.Advance(40 * time.Hour)
	_, err = get(ctx, c, *key)
	status, _ = answered(t, err)
	check(t, "status after expiry", status, 403)
	check(t, "restore after expiry", head(t, c, *key).Restore, (*string)(nil))
}
