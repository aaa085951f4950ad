package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"firn/internal/disk"
	"firn/treehash"
	"firn/vault"
)

// serviceError is an error in the service's own words: status, code and message
// as the Amazon Glacier developer guide and real answers have them. Some tools
// match on the texts.
type serviceError struct {
	status  int
	code    string
	message string
	cause   error // for the operator, never sent; may be nil
}

// Error is for the operator.
func (e *serviceError) Error() string {
	text := fmt.Sprintf("%d %s: %s", e.status, e.code, e.message)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *serviceError) Unwrap() error { return e.cause }

// asServiceError finds the service's words for any error. What a vault reports
// without the operation having given it a meaning is told by its class, and the
// rest is the server's own failure.
func asServiceError(err error) *serviceError {
	var e *serviceError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, vault.ErrInvalid), errors.Is(err, vault.ErrExists):
		return &serviceError{http.StatusBadRequest, "InvalidParameterValueException", err.Error(), err}
	case errors.Is(err, vault.ErrNotFound):
		return &serviceError{http.StatusNotFound, "ResourceNotFoundException", err.Error(), err}
	case errors.Is(err, vault.ErrDenied):
		return &serviceError{http.StatusForbidden, "AccessDeniedException", err.Error(), err}
	case errors.Is(err, vault.ErrThrottled):
		return &serviceError{http.StatusBadRequest, "ThrottlingException", "Rate exceeded", err}
	case errors.Is(err, vault.ErrLimited):
		return &serviceError{
			http.StatusBadRequest, "PolicyEnforcedException",
			"InitiateJob request denied by current data retrieval policy.", err,
		}
	}
	if disk.IsFull(err) {
		return unavailable("its disk or quota is full", err)
	}
	message := "The server could not carry out the request."
	if damage, ok := errors.AsType[*vault.DamageError](err); ok { // so that they can read the rest
		message = "Some of what the server keeps is not as it was stored: " + damage.Extent() + "."
	}
	return &serviceError{http.StatusInternalServerError, "ServiceUnavailableException", message, err}
}

// noRoomAbove refuses what would leave fewer than floor bytes of the disk free.
func noRoomAbove(floor int64, cause error) error {
	return unavailable(fmt.Sprintf("it keeps %d bytes of its disk free", floor), cause)
}

func unavailable(why string, cause error) *serviceError {
	return &serviceError{
		http.StatusInternalServerError, "ServiceUnavailableException", "The server has no room for this: " + why + ".", cause,
	}
}

// asChecksumError puts the mismatch that a vault found in an uploaded body into
// the service's words; other errors are left as they are.
func asChecksumError(err error) error {
	var mismatch *vault.ChecksumError
	switch {
	case errors.As(err, &mismatch) && mismatch.Linear:
		return wrongPayload(mismatch.Sent, mismatch.Computed)
	case errors.As(err, &mismatch):
		return invalid(fmt.Sprintf("Checksum mismatch: expected %s, computed %s", mismatch.Sent, mismatch.Computed))
	case errors.Is(err, vault.ErrChecksum):
		return invalid("Checksum mismatch")
	}
	return err
}

// Errors of the signature layer.

func missingAuthentication() error {
	return &serviceError{http.StatusBadRequest, "MissingAuthenticationTokenException", "Missing Authentication Token", nil}
}

func expiredToken() error {
	return &serviceError{http.StatusForbidden, "ExpiredTokenException", "The security token included in the request is expired", nil}
}

func unrecognizedClient() error {
	return &serviceError{http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid.", nil}
}

func invalidSignature(message string) error {
	return &serviceError{http.StatusForbidden, "InvalidSignatureException", message, nil}
}

func signatureMismatch() error {
	return invalidSignature("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

func wrongPayload(sent, computed treehash.Hash) error {
	return invalidSignature(fmt.Sprintf("The value passed in as x-amz-content-sha256 does not match the computed payload hash. "+
		"Computed digest: %s expected hash: %s", computed, sent))
}

// Errors of requests.

func accessDenied(message string) error {
	return &serviceError{http.StatusForbidden, "AccessDeniedException", message, nil}
}

func limitExceeded(message string) error {
	return &serviceError{http.StatusBadRequest, "LimitExceededException", message, nil}
}

func badRequest(message string, cause error) error {
	return &serviceError{http.StatusBadRequest, "BadRequest", message, cause}
}

func requestTimeout(cause error) error {
	return &serviceError{http.StatusRequestTimeout, "RequestTimeoutException", "Request timed out.", cause}
}

func throttled() error {
	return &serviceError{http.StatusBadRequest, "ThrottlingException", "Rate exceeded", nil}
}

func missingParameter(name string) error {
	return &serviceError{http.StatusBadRequest, "MissingParameterValueException", "Required parameter missing: " + name, nil}
}

func serialization(cause error) error {
	return &serviceError{http.StatusBadRequest, "SerializationException", "The body of the request is not valid JSON for this operation.", cause}
}

func invalid(message string) error {
	return &serviceError{http.StatusBadRequest, "InvalidParameterValueException", message, nil}
}

func invalidHeader(name, value string) error {
	return invalid("Invalid " + strings.ToLower(name) + ": " + value)
}

func invalidLength(n int64) error {
	return invalid(fmt.Sprintf("Invalid Content-Length: %d", n))
}

// Errors about what is not there.

func notFound(message string) error {
	return &serviceError{http.StatusNotFound, "ResourceNotFoundException", message, nil}
}

func unknownOperation(method, path string) error {
	return &serviceError{http.StatusNotFound, "UnknownOperationException", "There is no operation " + method + " " + path, nil}
}

func uploadNotFound(id string) error { return notFound("The upload ID was not found: " + id) }

func archiveNotFound(id string) error { return notFound("The archive ID was not found: " + id) }

func jobNotFound(id string) error { return notFound("The job ID was not found: " + id) }
