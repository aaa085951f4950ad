package s3vault

import (
	"crypto/md5" //nolint:gosec // what services make an ETag of
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// isOfParts reports whether an object with this ETag is made of these parts. Most services
// compute the ETag from the MD5 of the parts' MD5 sums, and append the number of parts. A
// different ETag means nothing: an object encrypted with a key of KMS has an ETag of the
// same form but of other origin, and services may compute it in any way.
//
// An ETag does not verify bytes; the SHA-256 of each part did. It distinguishes an object
// made of these parts from another one.
func isOfParts(etag string, parts []types.CompletedPart) bool {
	all := md5.New() //nolint:gosec // see above
	for _, p := range parts {
		sum, err := hex.DecodeString(trimETag(aws.ToString(p.ETag)))
		if err != nil || len(sum) != md5.Size {
			return false
		}
		_, _ = all.Write(sum) // never fails
	}
	return trimETag(etag) == fmt.Sprintf("%x-%d", all.Sum(nil), len(parts))
}
