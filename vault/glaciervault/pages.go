package glaciervault

import (
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"firn/vault"
)

// What a true list stays far below, but for parts, of which an upload has up to
// 10,000. An endless list ends there.
const (
	maxUploads    = 1_000_000
	maxVaults     = 100_000
	maxJobs       = 1_000_000
	maxEmptyPages = 100
)

// page is one page of a list as the service gives it out.
type page[T any] struct {
	items    []T
	next     *string             // marker of the next page; nil or empty: there is none
	metadata middleware.Metadata // has the request id
}

// pages walks a list from page to page and parses its items, of which there are
// at most limit. A list that makes no sense, contradicts itself or does not end
// is ErrInvalid: it was answered in good order, so asking again brings nothing.
func pages[T, U any](
	what string, limit int, fetch func(marker *string) (page[T], error), parse func(T) (U, error),
) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		var none U
		w := walk{limit: limit, seen: make(map[string]bool)}
		var marker *string
		for {
			p, err := fetch(marker)
			if err != nil {
				yield(none, err)
				return
			}
			fail := func(err error) {
				id, _ := awsmiddleware.GetRequestIDMetadata(p.metadata)
				yield(none, fmt.Errorf("%s: %w: the list makes no sense (request %.100q): %w", what, vault.ErrInvalid, id, err))
			}
			if err := w.enter(len(p.items), aws.ToString(p.next)); err != nil {
				fail(err)
				return
			}
			for _, item := range p.items {
				parsed, err := parse(item)
				if err != nil {
					fail(err)
					return
				}
				if !yield(parsed, nil) {
					return
				}
			}
			if aws.ToString(p.next) == "" {
				return
			}
			marker = p.next
		}
	}
}

// walk is what a walk through pages has seen.
type walk struct {
	limit int
	items int
	empty int             // pages without items
	seen  map[string]bool // markers
}

// enter notes a page before its items are looked at, and says what is wrong
// with it.
func (w *walk) enter(items int, next string) error {
	w.items += items
	if items == 0 {
		w.empty++
	}
	switch {
	case w.items > w.limit:
		return fmt.Errorf("it has more than %d entries", w.limit)
	case next != "" && w.seen[next]:
		return fmt.Errorf("it comes back to the marker %.300q", next)
	case w.empty > maxEmptyPages:
		return fmt.Errorf("more than %d of its pages are empty", maxEmptyPages)
	}
	w.seen[next] = true
	return nil
}
