// Package refusal has the errors that clients get, in the words of Amazon Glacier: status,
// code and message as the Amazon Glacier developer guide and real answers have them. Some
// tools match on the texts.
package refusal

import (
	"errors"
	"fmt"
	"net/http"

	"firn/internal/disk"
	"firn/vault"
)

// Error is why a request is refused.
type Error struct {
	Status  int    // of HTTP
	Code    string // such as ResourceNotFoundException
	Message string // for the client
	cause   error  // for the operator, never sent; may be nil
}

// Error is the text for the operator.
func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Of returns the refusal that an error is or wraps. Another error of a vault becomes the
// refusal of its sentinel in package vault, and any other error a failure of the server.
func Of(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, vault.ErrInvalid), errors.Is(err, vault.ErrExists):
		return &Error{http.StatusBadRequest, "InvalidParameterValueException", err.Error(), err}
	case errors.Is(err, vault.ErrNotFound):
		return &Error{http.StatusNotFound, "ResourceNotFoundException", err.Error(), err}
	case errors.Is(err, vault.ErrDenied):
		return &Error{http.StatusForbidden, "AccessDeniedException", err.Error(), err}
	case errors.Is(err, vault.ErrThrottled):
		return &Error{http.StatusBadRequest, "ThrottlingException", "Rate exceeded", err}
	case errors.Is(err, vault.ErrLimited):
		return &Error{
			http.StatusBadRequest, "PolicyEnforcedException",
			"InitiateJob request denied by current data retrieval policy.", err,
		}
	}
	if disk.IsFull(err) {
		return unavailable("its disk or quota is full", err)
	}
	message := "The server could not carry out the request."
	if damage, ok := errors.AsType[*vault.DamageError](err); ok { // so that the client can read the rest
		message = "Some of what the server keeps is not as it was stored: " + damage.Extent() + "."
	}
	return &Error{http.StatusInternalServerError, "ServiceUnavailableException", message, err}
}

// NoRoomAbove refuses what would leave fewer than floor bytes of the disk free.
func NoRoomAbove(floor int64, cause error) error {
	return unavailable(fmt.Sprintf("it keeps %d bytes of its disk free", floor), cause)
}

func unavailable(why string, cause error) *Error {
	return &Error{
		http.StatusInternalServerError, "ServiceUnavailableException", "The server has no room for this: " + why + ".", cause,
	}
}

// OfChecksum returns the refusal of a body in which a vault has found a wrong checksum.
// Other errors it returns as they are.
func OfChecksum(err error) error {
	var mismatch *vault.ChecksumError
	switch {
	case errors.As(err, &mismatch) && mismatch.Linear:
		return WrongPayload(mismatch.Sent, mismatch.Computed)
	case errors.As(err, &mismatch):
		return Invalid(fmt.Sprintf("Checksum mismatch: expected %s, computed %s", mismatch.Sent, mismatch.Computed))
	case errors.Is(err, vault.ErrChecksum):
		return Invalid("Checksum mismatch")
	}
	return err
}
