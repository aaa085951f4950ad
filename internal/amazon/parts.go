package amazon

import (
	"net/http"

	"firn/vault"
)

// TooLarge returns a vault.PartSizeError if the service, or a proxy without an error code,
// refused a part of size bytes for its size. It returns other errors unchanged.
func TooLarge(err error, size int64) error {
	answer := Refusal(err)
	if answer == nil || answer.Status != http.StatusRequestEntityTooLarge && !answer.CodeIs("EntityTooLarge", "RequestEntityTooLarge") {
		return err
	}
	return &vault.PartSizeError{TooLarge: size, Cause: err}
}
