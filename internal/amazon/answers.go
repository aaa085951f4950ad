package amazon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firn/vault"
)

// errAnswerTooLong reports a body that is longer than any real one.
var errAnswerTooLong = errors.New("the answer is longer than any the service gives")

// Answers describes the form of a service's answers.
type Answers struct {
	Form Form
	Most int64 // maximal size of a body in bytes
	// Content is the operation with a successful answer whose body is content. Read does
	// not read that body.
	Content string
	// Document reports whether a successful answer to an operation must contain a document,
	// and the end of the name of its root element (empty for JSON).
	Document func(operation, method string) (root string, has bool)
}

// Read is an option of the SDK's clients. It reads an answer to its end before the SDK uses
// any of it. An answer that is incomplete, or is not in the service's form, becomes an
// AnswerError and never a verdict: the SDK would judge a refusal by its status alone, and
// take a successful answer without a body for an empty list.
func (a Answers) Read(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("WholeAnswers", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		answer, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		operation := middleware.GetOperationName(ctx)
		if operation == a.Content && isSuccess(answer.StatusCode) {
			return out, metadata, nil
		}
		method := ""
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			method = request.Method
		}
		err = a.read(answer.Response, operation, method)
		if strange, ok := errors.AsType[*AnswerError](err); ok {
			strange.ETag = answer.Header.Get("ETag")
		}
		return out, metadata, err
	}), middleware.After)
}

// read reads an answer to its end and replaces its body by the bytes read.
func (a Answers) read(answer *http.Response, operation, method string) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, a.Most+1))
	length := int64(len(body))
	closed := answer.Body.Close()
	if a.Form == XML && a.Form.begins(body) {
		body = carry(body)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case length > a.Most:
		return &AnswerError{
			Status: answer.StatusCode, class: vault.ErrGarbled, why: fmt.Errorf("%w (%d bytes)", errAnswerTooLong, a.Most),
		}
	case err != nil:
		return &AnswerError{
			Status: answer.StatusCode, strange: !isSuccess(answer.StatusCode) && !a.Form.begins(body), class: vault.ErrUnavailable,
			why: fmt.Errorf("the answer broke off after %d bytes%s: %w", length, beginning(body), err),
		}
	case closed != nil:
		return &AnswerError{Status: answer.StatusCode, class: vault.ErrUnavailable, why: closed}
	case isSuccess(answer.StatusCode):
		return a.checkDocument(answer.StatusCode, operation, method, body)
	}
	return a.checkRefusal(answer, method, body)
}

// checkRefusal checks that a refusal has a reason: an error code, or a status that is
// enough.
func (a Answers) checkRefusal(answer *http.Response, method string, body []byte) error {
	code, err := a.Form.code(answer.Header, body)
	if err == nil && code != "" || decidesAlone(method, answer.StatusCode) {
		return nil
	}
	switch {
	case isPage(body):
		err = errors.New("it is a web page")
	case err == nil:
		err = errors.New("it has no error code")
	}
	return &AnswerError{
		Status: answer.StatusCode, Whole: true, strange: true, class: vault.ErrUnavailable,
		why: fmt.Errorf("the answer is not one of the service: %w%s", err, beginning(body)),
	}
}

// checkDocument checks that a successful answer has the service's form.
func (a Answers) checkDocument(status int, operation, method string, body []byte) error {
	root := ""
	fail := func(err error) error {
		return &AnswerError{
			Status: status, Root: root, class: vault.ErrGarbled,
			why: fmt.Errorf("the answer to %s cannot be understood: %w%s", operation, err, beginning(body)),
		}
	}
	wanted, has := a.Document(operation, method)
	if !has {
		if isPage(body) {
			return fail(errors.New("it is a web page"))
		}
		return nil
	}
	var err error
	root, err = a.Form.root(body)
	switch {
	case err != nil:
		return fail(err)
	case !strings.HasSuffix(root, wanted) && root != "Error":
		return fail(fmt.Errorf("it is a document of another kind: %.100q", root))
	}
	return nil
}

func isSuccess(status int) bool { return status/100 == 2 }

// beginning quotes the beginning of a body that could not be understood.
func beginning(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return fmt.Sprintf(" (it begins with %.80q)", OneLine(string(bytes.TrimSpace(body)), 80))
}

// AnswerError is an answer that could not be understood. It shows nothing about the result
// of the request, whatever its status.
type AnswerError struct {
	Status  int    // HTTP status
	Root    string // root element of the document, if it is of another kind than was requested
	Whole   bool   // a complete refusal without an error code
	ETag    string // the answer's ETag header; empty if it has none
	class   error  // vault.ErrUnavailable or vault.ErrGarbled
	strange bool   // not one of the service's answers: something else may have answered
	why     error
}

// Error returns the problem with the answer and its status.
func (e *AnswerError) Error() string { return fmt.Sprintf("%v (HTTP %d)", e.why, e.Status) }

func (e *AnswerError) Unwrap() error { return e.why }
