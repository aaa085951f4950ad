package s3vault

import (
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
)

// pages walks a list that comes in pages: get returns one, and where the next
// begins, nil after the last. The sequence ends after the first error.
func pages[T, M, R any](get func(*M) ([]T, *M, error), read func(T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		for marker := (*M)(nil); ; {
			page, after, err := get(marker)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page {
				r, err := read(item)
				if !yield(r, err) || err != nil {
					return
				}
			}
			if marker = after; marker == nil {
				return
			}
		}
	}
}

// next is the marker of the next page, nil if there is none. A list that says that
// it goes on, and not where, must not pass for whole.
func next(truncated *bool, marker *string) (*string, error) {
	switch {
	case !aws.ToBool(truncated):
		return nil, nil
	case aws.ToString(marker) == "":
		return nil, fmt.Errorf("%w: the service cut the list and does not say where it goes on", vault.ErrUnavailable)
	}
	return marker, nil
}
