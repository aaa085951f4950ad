package amazon

import (
	"context"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/middleware"

	"firn/treehash"
)

// WithPayloadHash signs a request with the linear hash that the caller knows, which the
// services compare with the bytes received. Without it, the SDK would read the body once
// more to hash it, or not hash it at all. The zero Hash lets the SDK compute it.
func WithPayloadHash(sum treehash.Hash) func(*middleware.Stack) error {
	known := middleware.FinalizeMiddlewareFunc("KnownPayloadHash", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		return next.HandleFinalize(v4.SetPayloadHash(ctx, sum.String()), in)
	})
	return func(stack *middleware.Stack) error {
		if sum.IsZero() {
			return nil
		}
		return stack.Finalize.Insert(known, (&v4.ComputePayloadSHA256{}).ID(), middleware.Before)
	}
}
