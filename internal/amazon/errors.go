package amazon

import (
	"context"
	"errors"
	"fmt"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firn/vault"
)

// MaxMessage is the number of bytes of the service's message that are kept.
const MaxMessage = 500

// ServiceError is a service's answer to a request that it refused. It implements
// smithy.APIError.
//
// It replaces the SDK's own errors, which contain the whole answer: the refusal of a
// signature quotes the signed request with its session token. ServiceError keeps only the
// first line of the message.
type ServiceError struct {
	Code      string // for example ResourceNotFoundException
	Message   string // first line, at most 500 bytes; untrusted
	Status    int    // HTTP status
	RequestID string // id for the service's support; may be empty
	Region    string // region of the bucket, if S3 says it; else empty; untrusted
}

var _ smithy.APIError = (*ServiceError)(nil)

// Error returns code, message, status and request id in one line.
func (e *ServiceError) Error() string {
	text := e.Code
	if e.Message != "" {
		text += fmt.Sprintf(" %q", e.Message)
	}
	if e.RequestID == "" {
		return fmt.Sprintf("%s (HTTP %d)", text, e.Status)
	}
	return fmt.Sprintf("%s (HTTP %d, request %.100q)", text, e.Status, e.RequestID)
}

// ErrorCode returns Code.
func (e *ServiceError) ErrorCode() string { return e.Code }

// ErrorMessage returns Message.
func (e *ServiceError) ErrorMessage() string { return e.Message }

// ErrorFault returns the side that the service holds responsible.
func (e *ServiceError) ErrorFault() smithy.ErrorFault {
	switch {
	case e.Status >= 500:
		return smithy.FaultServer
	case e.Status >= 400:
		return smithy.FaultClient
	}
	return smithy.FaultUnknown
}

// Refusal returns the refusal in err, or nil if the service did not answer with a complete
// refusal.
func Refusal(err error) *ServiceError {
	if own, ok := errors.AsType[*ServiceError](err); ok {
		return own
	}
	if _, ok := errors.AsType[*AnswerError](err); ok {
		return nil
	}
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.HTTPStatusCode() < 300 {
		return nil
	}
	answer := &ServiceError{Status: response.HTTPStatusCode(), RequestID: response.RequestID}
	if raw := response.HTTPResponse(); raw != nil {
		answer.Region = OneLine(raw.Header.Get("X-Amz-Bucket-Region"), 100)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		answer.Code, answer.Message = OneLine(Carried(api.ErrorCode()), 100), OneLine(Carried(api.ErrorMessage()), MaxMessage)
	}
	if answer.Code == "" || answer.Code == "UnknownError" {
		answer.Code, answer.Message = noCode, ""
	}
	return answer
}

// noCode is the Code of a refusal that has none.
const noCode = "an answer without an error code"

// OneLine returns the first line of s, cut to limit bytes.
func OneLine(s string, limit int) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.ToValidUTF8(s[:min(len(s), limit)], "")
}

// Judge interprets a service's refusal. It returns the sentinel of package vault, nil if it
// does not know the refusal, and advice for the user, which may be empty.
type Judge func(*ServiceError) (advice string, class error)

// Failure turns err, which the SDK returned or the kind found, into a sentence with its
// class. It first checks whether the context is cancelled: an interrupted request says
// nothing about the service.
func Failure(ctx context.Context, what string, err error, judge Judge) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	if answer := Refusal(err); answer != nil {
		advice, class := answer.judged(judge)
		if advice != "" {
			return vault.Errorf(class, "%s: %w; %s", what, answer, advice)
		}
		return vault.Errorf(class, "%s: %w", what, answer)
	}
	if keys, ok := errors.AsType[*credentialsError](err); ok {
		return fmt.Errorf("%s: %w", what, keys)
	}
	if hasClass(err) {
		return fmt.Errorf("%s: %w", what, err) // the kind's own words
	}
	if strange, ok := errors.AsType[*AnswerError](err); ok {
		advice := ""
		if errors.Is(strange.class, vault.ErrGarbled) {
			advice = "; " + adviceStrange
		}
		return fmt.Errorf("%s: %w: %w%s%s", what, strange.class, strange, requestIn(err), advice)
	}
	if lost := connectionFailure(err); lost != nil {
		return fmt.Errorf("%s: %w", what, lost)
	}
	class := classWithoutAnswer(err)
	if outer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		err = outer.Err // the outer error repeats the operation
	}
	return vault.Errorf(class, "%s: %w", what, err)
}

// requestIn returns the request id of an answer, which the service's support asks for.
func requestIn(err error) string {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.RequestID != "" {
		return fmt.Sprintf(" (request %.100q)", answer.RequestID)
	}
	return ""
}

// hasClass reports whether a kind made err because an answer had a fault.
func hasClass(err error) bool {
	return errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrChecksum) || errors.Is(err, vault.ErrInvalid)
}

// classWithoutAnswer returns the class of a request that got no answer, or one that could
// not be understood.
func classWithoutAnswer(err error) error {
	_, unsent := errors.AsType[*smithyhttp.RequestSendError](err)
	_, unread := errors.AsType[*smithy.DeserializationError](err)
	switch {
	case unsent:
		return vault.ErrLost
	case unread:
		return vault.ErrGarbled // the answer was complete
	}
	return vault.ErrInvalid // the SDK did not send the request
}
