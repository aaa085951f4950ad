package amazon

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firn/vault"
)

// MaxMessage is how much of the service's own words is kept, in bytes.
const MaxMessage = 500

// ServiceError is what a service answered to a request that it refused. It
// fulfils smithy.APIError.
//
// It stands in for the SDK's own errors, which hold the answer in full: the
// refusal of a signature quotes the signed request with its session token. Here
// the message ends with its first line.
type ServiceError struct {
	Code      string // for example ResourceNotFoundException
	Message   string // first line, at most 500 bytes; not to be trusted
	Status    int    // of HTTP
	RequestID string // what the service's support asks for; may be empty
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

// ErrorFault tells whose fault the service holds it to be.
func (e *ServiceError) ErrorFault() smithy.ErrorFault {
	switch {
	case e.Status >= 500:
		return smithy.FaultServer
	case e.Status >= 400:
		return smithy.FaultClient
	}
	return smithy.FaultUnknown
}

// Refusal returns the refusal in err, or nil if the service did not
// answer, or not with a whole refusal.
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
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		answer.Code, answer.Message = OneLine(Carried(api.ErrorCode()), 100), OneLine(Carried(api.ErrorMessage()), MaxMessage)
	}
	if answer.Code == "" || answer.Code == "UnknownError" {
		answer.Code, answer.Message = noCode, ""
	}
	return answer
}

// noCode stands for the code of a refusal that has none.
const noCode = "an answer without an error code"

// OneLine returns the first line of s, cut to limit bytes.
func OneLine(s string, limit int) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.ToValidUTF8(s[:min(len(s), limit)], "")
}

// AdviceCredentials is what to do about credentials that are missing or wrong.
const AdviceCredentials = `export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run "aws configure", ` +
	`or name a profile in the vault's URL (?profile=NAME)`

// Judge tells what a service's refusal means: its sentinel of package vault, and
// advice where there is some.
type Judge func(*ServiceError) (advice string, class error)

// Failure turns err, which the SDK returned or the kind found, into a
// sentence with its class. A cancelled context comes first: what it broke off
// says nothing about the service.
func Failure(ctx context.Context, what string, err error, judge Judge) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	if answer := Refusal(err); answer != nil {
		advice, class := answer.judged(judge)
		if advice != "" {
			return fmt.Errorf("%s: %w: %w; %s", what, class, answer, advice)
		}
		return fmt.Errorf("%s: %w: %w", what, class, answer)
	}
	if keys, ok := errors.AsType[*credentialsError](err); ok {
		if keys.unreachable() {
			return fmt.Errorf("%s: renew the credentials: %w: %w", what, vault.ErrUnavailable, keys)
		}
		return fmt.Errorf("%s: no usable credentials: %w: %w; %s", what, vault.ErrDenied, keys, AdviceCredentials)
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
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // it repeats method and URL
	} else if outer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		err = outer.Err // it repeats the operation
	}
	return fmt.Errorf("%s: %w: %w", what, class, err)
}

// requestIn names the request that an answer tells, which the service's support
// asks for.
func requestIn(err error) string {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.RequestID != "" {
		return fmt.Sprintf(" (request %.100q)", answer.RequestID)
	}
	return ""
}

// hasClass reports whether err was made by a kind from an answer that it found
// wanting.
func hasClass(err error) bool {
	return errors.Is(err, vault.ErrUnavailable) || errors.Is(err, vault.ErrChecksum) || errors.Is(err, vault.ErrInvalid)
}

// classWithoutAnswer returns the class of a request that got no answer, or one
// that could not be understood.
func classWithoutAnswer(err error) error {
	_, unsent := errors.AsType[*smithyhttp.RequestSendError](err)
	_, unread := errors.AsType[*smithy.DeserializationError](err)
	switch {
	case unsent:
		return vault.ErrLost
	case unread:
		return vault.ErrGarbled // the answer came whole
	}
	return vault.ErrInvalid // the SDK would not even send it
}
