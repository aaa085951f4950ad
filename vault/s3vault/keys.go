package s3vault

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
)

// A key may contain any character, but a list is XML, which may not. So firn asks for lists
// with URL-encoded keys. Services that ignore the request write keys unchanged, some with
// characters that XML forbids; see [amazon.Carried].

// plainKey decodes a key, or a marker that contains one, from a list with some encoding.
func plainKey(encoding types.EncodingType, encoded *string) *string {
	if encoded == nil {
		return nil
	}
	key := amazon.Carried(*encoded)
	if strings.EqualFold(string(encoding), string(types.EncodingTypeUrl)) {
		key = decoded(key)
	}
	return &key
}

// decoded decodes a URL-encoded key, with spaces as a plus or %20. Some services claim to
// encode keys and do not, or not in all fields: text that no encoder would have produced is
// the key itself.
func decoded(key string) string {
	isLeft := func(r rune) bool { return r <= ' ' || r > '~' }
	if strings.ContainsFunc(key, isLeft) {
		return key
	}
	plain, err := url.QueryUnescape(key)
	if err != nil {
		return key
	}
	return plain
}
