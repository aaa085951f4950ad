package refusal

import (
	"fmt"
	"net/http"
	"strings"

	"firn/treehash"
)

// InvalidSignature refuses a signature that is wrong, or made for something else.
func InvalidSignature(message string) error {
	return &Error{http.StatusForbidden, "InvalidSignatureException", message, nil}
}

// WrongPayload refuses a body whose SHA-256 is not the one that the client has sent.
func WrongPayload(sent, computed treehash.Hash) error {
	return InvalidSignature(fmt.Sprintf("The value passed in as x-amz-content-sha256 does not match the computed payload hash. "+
		"Computed digest: %s expected hash: %s", computed, sent))
}

// AccessDenied refuses what the key may not do.
func AccessDenied(message string) error {
	return &Error{http.StatusForbidden, "AccessDeniedException", message, nil}
}

// LimitExceeded refuses one thing more than there may be.
func LimitExceeded(message string) error {
	return &Error{http.StatusBadRequest, "LimitExceededException", message, nil}
}

// BadRequest refuses what is not HTTP as it should be.
func BadRequest(message string, cause error) error {
	return &Error{http.StatusBadRequest, "BadRequest", message, cause}
}

// RequestTimeout refuses a body that does not come in time.
func RequestTimeout(cause error) error {
	return &Error{http.StatusRequestTimeout, "RequestTimeoutException", "Request timed out.", cause}
}

// Throttled refuses a request that may be sent again later.
func Throttled() error {
	return &Error{http.StatusBadRequest, "ThrottlingException", "Rate exceeded", nil}
}

// MissingParameter refuses a request without a header or a field that it needs.
func MissingParameter(name string) error {
	return &Error{http.StatusBadRequest, "MissingParameterValueException", "Required parameter missing: " + name, nil}
}

// Serialization refuses a body that is not the JSON of its operation.
func Serialization(cause error) error {
	return &Error{http.StatusBadRequest, "SerializationException", "The body of the request is not valid JSON for this operation.", cause}
}

// Invalid refuses a value that the operation cannot have.
func Invalid(message string) error {
	return &Error{http.StatusBadRequest, "InvalidParameterValueException", message, nil}
}

// InvalidHeader refuses the value of a header.
func InvalidHeader(name, value string) error {
	return Invalid("Invalid " + strings.ToLower(name) + ": " + value)
}

// InvalidLength refuses a body of n bytes.
func InvalidLength(n int64) error {
	return Invalid(fmt.Sprintf("Invalid Content-Length: %d", n))
}

// NotFound refuses a request about something that is not there.
func NotFound(message string) error {
	return &Error{http.StatusNotFound, "ResourceNotFoundException", message, nil}
}

// UnknownOperation refuses a method and a path that no operation has.
func UnknownOperation(method, path string) error {
	return &Error{http.StatusNotFound, "UnknownOperationException", "There is no operation " + method + " " + path, nil}
}

// UploadNotFound refuses the id of an upload.
func UploadNotFound(id string) error { return NotFound("The upload ID was not found: " + id) }

// ArchiveNotFound refuses the id of an archive.
func ArchiveNotFound(id string) error { return NotFound("The archive ID was not found: " + id) }

// JobNotFound refuses the id of a job.
func JobNotFound(id string) error { return NotFound("The job ID was not found: " + id) }
