package glaciervault

import (
	"context"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/smithy-go/middleware"

	"firn/treehash"
)

// withPayloadHash signs a request with the linear hash that the caller knows,
// and sends it as X-Amz-Content-Sha256, which the service demands with every
// part. Left alone the SDK would read the body twice more to hash it, or, given
// the tree hash, leave the header out. The zero Hash makes the SDK compute it.
func withPayloadHash(sum treehash.Hash) func(*glacier.Options) {
	known := middleware.FinalizeMiddlewareFunc("KnownPayloadHash", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		return next.HandleFinalize(v4.SetPayloadHash(ctx, sum.String()), in)
	})
	return glacier.WithAPIOptions(v4.AddContentSHA256HeaderMiddleware, func(stack *middleware.Stack) error {
		if sum.IsZero() {
			return nil
		}
		return stack.Finalize.Insert(known, (&v4.ComputePayloadSHA256{}).ID(), middleware.Before)
	})
}
