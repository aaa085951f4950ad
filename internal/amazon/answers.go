package amazon

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errAnswerTooLong ends the reading of a body that is longer than any should be.
var errAnswerTooLong = errors.New("the answer is longer than any the service gives")

// LimitAnswers makes the SDK stop reading a body after so many bytes. It leaves the
// answers to the operation content alone, which are not answers but content.
func LimitAnswers(most int64, content string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error { return limitAnswers(stack, most, content) }
}

func limitAnswers(stack *middleware.Stack, most int64, content string) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LimitAnswers", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		if middleware.GetOperationName(ctx) == content && resp.StatusCode/100 == 2 {
			return out, metadata, nil
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{&limitedReader{r: resp.Body, left: most, most: most}, resp.Body}
		return out, metadata, nil
	}), middleware.After)
}

// limitedReader reads up to left bytes of r and then fails, where
// io.LimitedReader would pretend that r has ended.
type limitedReader struct {
	r    io.Reader
	left int64
	most int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%w (%d bytes)", errAnswerTooLong, l.most)
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
