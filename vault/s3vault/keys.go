package s3vault

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"firn/internal/amazon"
)

// A key may have any character, and a list is XML, which may not. So lists are asked
// for with their keys encoded as in a URL. Services that take no notice of that write
// them as they are, some with what no XML may have; see [amazon.Carried].

// plainKey is a key, or a marker that is one, as a list in some encoding tells it.
func plainKey(encoding types.EncodingType, told *string) *string {
	if told == nil {
		return nil
	}
	key := amazon.Carried(*told)
	if strings.EqualFold(string(encoding), string(types.EncodingTypeUrl)) {
		key = decoded(key)
	}
	return &key
}

// decoded is a key that was encoded as in a URL: a space is a plus or %20. Some
// services say that they encode and do not, or not all that they tell: what no encoder
// would have left is the key itself.
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
