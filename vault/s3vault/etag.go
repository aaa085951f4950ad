package s3vault

import (
	"crypto/md5" //nolint:gosec // what services make an ETag of
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// isOfParts reports whether an object with this ETag is made of these parts: most
// services make it of the MD5 of theirs, and of their number. That it is not says
// nothing: what is encrypted with a key of KMS has one that only looks so, and
// services may make it as they like.
//
// An ETag is no proof of bytes, which the SHA-256 of each part was. It tells an
// object that was made of these parts from another.
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
