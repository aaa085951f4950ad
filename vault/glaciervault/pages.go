package glaciervault

import (
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"firn/internal/amazon"
	"firn/vault"
)

// The largest lists that are accepted. Real lists are much shorter, except lists of parts:
// an upload can have 10,000. An endless list ends there.
const (
	maxUploads = 1_000_000
	maxVaults  = 100_000
	maxJobs    = 1_000_000
)

// page is one page of the service's list.
type page[T any] struct {
	items    []T                 // nil: the answer contains no list
	next     *string             // marker of the next page; nil or empty: there is none
	metadata middleware.Metadata // contains the request id
}

// errNoList: the answer reports success but contains no page of a list.
var errNoList = errors.New("the answer has no list")

// pages iterates over a list, page by page, and parses its items. There are at most limit
// items, and each has its own id; see [amazon.List].
func pages[T, U any](
	what string, limit int, fetch func(marker *string) (page[T], error), parse func(T) (U, error), id func(T) *string,
) iter.Seq2[U, error] {
	return amazon.List[T, string, U]{
		What: what, Limit: limit, Parse: parse, ID: func(item T) string { return aws.ToString(id(item)) },
		Fetch: func(marker *string) (answer amazon.Page[T, string], err error) {
			p, err := fetch(marker)
			if err != nil {
				return answer, err
			}
			answer.Items, answer.Marker = p.items, aws.ToString(p.next)
			answer.Request, _ = awsmiddleware.GetRequestIDMetadata(p.metadata)
			if answer.Marker != "" {
				answer.Next = p.next
			}
			if p.items == nil {
				err = vault.Errorf(vault.ErrGarbled, "%s: %w (request %.100q)", what, errNoList, answer.Request)
			}
			return answer, err
		},
	}.All()
}
