package jobs

import (
	"errors"

	"firn/vault"
)

// Lost reports whether an error is that of an output which is not there any more.
func Lost(err error) bool {
	return errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrNotFound)
}

// MostBarren bounds how many outputs in a row may be gone before they gave a
// byte: each of them cost money.
const MostBarren = 3
