package s3vault

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"firn/internal/amazon"
	"firn/vault"
)

// page converts one page of the service's list. If the list is truncated, next is the start
// of the next page and marker is the same as a single string. A list that continues without
// saying where is an error, since it must not be taken for complete.
func page[T, M any](items []T, truncated *bool, next M, marker string, metadata middleware.Metadata) (amazon.Page[T, M], error) {
	p := amazon.Page[T, M]{Items: items}
	p.Request, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	if !aws.ToBool(truncated) {
		return p, nil
	}
	if marker == "" {
		return p, vault.Errorf(vault.ErrGarbled, "the service cut the list and does not say where it continues (request %.100q)", p.Request)
	}
	p.Next, p.Marker = &next, marker
	return p, nil
}

// keyed is the position in a list of keys: behind a key, and within the entries of that
// key.
type keyed struct{ key, within *string }

func (k keyed) marker() string {
	if aws.ToString(k.key) == "" {
		return ""
	}
	return *k.key + "\x00" + aws.ToString(k.within)
}

// follows implements the order of lists by key: by the bytes of the key. A key may have
// several entries; they differ in within and have an order of their own.
func (k keyed) follows(last keyed) bool {
	now, before := aws.ToString(k.key), aws.ToString(last.key)
	return now > before || now == before && aws.ToString(k.within) != aws.ToString(last.within)
}
