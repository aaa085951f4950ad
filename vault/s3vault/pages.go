package s3vault

import (
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// next is the marker of the next page, nil if there is none.
func next(truncated *bool, marker *string) *string {
	if !aws.ToBool(truncated) || aws.ToString(marker) == "" {
		return nil
	}
	return marker
}
