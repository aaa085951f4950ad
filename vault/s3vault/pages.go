package s3vault

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"firn/internal/amazon"
	"firn/vault"
)

// page is one page of a list as the service gives it out. Next is where the next one
// begins, if the list is truncated; marker is all of it in one word. A list that says
// that it goes on, and not where, must not pass for whole.
func page[T, M any](items []T, truncated *bool, next M, marker string, metadata middleware.Metadata) (amazon.Page[T, M], error) {
	p := amazon.Page[T, M]{Items: items}
	p.Request, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	if !aws.ToBool(truncated) {
		return p, nil
	}
	if marker == "" {
		return p, fmt.Errorf("%w: the service cut the list and does not say where it goes on (request %.100q)", vault.ErrGarbled, p.Request)
	}
	p.Next, p.Marker = &next, marker
	return p, nil
}

// keyed is where a list of keys goes on: behind a key, and behind one of what there is
// of that key.
type keyed struct{ key, within *string }

func (k keyed) marker() string {
	if aws.ToString(k.key) == "" {
		return ""
	}
	return *k.key + "\x00" + aws.ToString(k.within)
}

// follows is the order of lists by key: by the bytes of the key. Of one key there may
// be several, told apart by within, in an order of their own.
func (k keyed) follows(last keyed) bool {
	now, before := aws.ToString(k.key), aws.ToString(last.key)
	return now > before || now == before && aws.ToString(k.within) != aws.ToString(last.within)
}
