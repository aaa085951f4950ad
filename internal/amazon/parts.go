package amazon

import (
	"net/http"

	"firn/vault"
)

// TooLarge makes a vault.PartSizeError of the refusal of a part of size bytes if that is
// for its size, by the service or by a proxy that says so without a code. Other errors
// come back as they are.
func TooLarge(err error, size int64) error {
	answer := Refusal(err)
	if answer == nil || answer.Status != http.StatusRequestEntityTooLarge && !answer.CodeIs("EntityTooLarge", "RequestEntityTooLarge") {
		return err
	}
	return &vault.PartSizeError{TooLarge: size, Cause: err}
}
