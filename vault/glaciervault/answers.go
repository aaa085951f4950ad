package glaciervault

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer is what the body of an answer may have, in bytes. The longest true
// one, a page of 50 jobs or uploads with descriptions of 1,024 characters each,
// stays below 200 KiB.
const maxAnswer = 1 << 20

// errAnswerTooLong ends the reading of a body that is longer than maxAnswer.
var errAnswerTooLong = errors.New("the answer is longer than any the service gives")

// limitAnswers makes the SDK stop reading a body after maxAnswer bytes. It
// leaves the output of a job alone, which is not an answer but content.
func limitAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LimitAnswers", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		if middleware.GetOperationName(ctx) == "GetJobOutput" && resp.StatusCode/100 == 2 {
			return out, metadata, nil
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{&limitedReader{r: resp.Body, left: maxAnswer}, resp.Body}
		return out, metadata, nil
	}), middleware.After)
}

// limitedReader reads up to left bytes of r and then fails, where
// io.LimitedReader would pretend that r has ended.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%w (%d bytes)", errAnswerTooLong, int64(maxAnswer))
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
