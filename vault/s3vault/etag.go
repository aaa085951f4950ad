package s3vault

import (
	"crypto/md5" //nolint:gosec // what services make an ETag of
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// wholeETag recognises the ETag of an object that was stored in parts: the MD5 of
// theirs, and their number.
var wholeETag = regexp.MustCompile(`^[0-9a-f]{32}-[0-9]+$`)

// isOfParts reports whether an object with this ETag is that of the parts, where no
// checksum tells. An ETag is no proof of bytes, which the SHA-256 of each part was;
// it tells an object that was made of these parts from another. Where it is not made
// of theirs in the usual way, it must be the one that the service gave when it
// completed the upload, if it did.
func isOfParts(etag, completed string, parts []types.CompletedPart) bool {
	etag = strings.Trim(etag, `"`)
	all := md5.New() //nolint:gosec // see above
	for _, p := range parts {
		sum, err := hex.DecodeString(strings.Trim(aws.ToString(p.ETag), `"`))
		if err != nil || len(sum) != md5.Size {
			return completed != "" && strings.Trim(completed, `"`) == etag
		}
		_, _ = all.Write(sum) // never fails
	}
	if !wholeETag.MatchString(etag) {
		return completed != "" && strings.Trim(completed, `"`) == etag
	}
	return etag == fmt.Sprintf("%x-%d", all.Sum(nil), len(parts))
}
