package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"firn/vault"
)

// failure turns the error of a request into a sentence with its class.
func failure(ctx context.Context, queueURL string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	what := fmt.Sprintf("listen to queue %.300q", queueURL)
	if none, ok := errors.AsType[*credentialsError](err); ok {
		return fmt.Errorf("%s: %w: %w", what, vault.ErrDenied, none.error)
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok { // the answer was lost or incomplete
		return fmt.Errorf("%s: %w: %w", what, vault.ErrUnavailable, err)
	}
	status := 0
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	return fmt.Errorf("%s: %w: %w", what, classOf(answer.ErrorCode(), status), err)
}

// classOf returns the sentinel for an answer (Amazon SQS API reference, "Common errors" and
// "ReceiveMessage"). An unknown refusal is ErrInvalid, so that nobody repeats a request
// without knowing why it failed. A refusal without a code does not come from the service
// and shows nothing about the queue.
func classOf(code string, status int) error {
	is := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(code, part) {
				return true
			}
		}
		return false
	}
	switch {
	case is("NonExistentQueue", "QueueDoesNotExist"):
		return vault.ErrNotFound
	case is("Throttl", "OverLimit"):
		return vault.ErrThrottled
	case is("AccessDenied", "ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "SignatureDoesNotMatch",
		"IncompleteSignature", "MissingAuthenticationToken", "InvalidSecurity", "NotAuthorized", "OptInRequired"):
		return vault.ErrDenied
	case status >= http.StatusInternalServerError:
		return vault.ErrUnavailable
	case status == http.StatusTooManyRequests:
		return vault.ErrThrottled
	case status >= http.StatusBadRequest && (code == "" || code == "UnknownError"):
		return vault.ErrUnavailable
	}
	return vault.ErrInvalid
}
