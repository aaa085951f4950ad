package firn

import (
	"errors"

	"firn/vault"
)

// lost reports whether an error is that of an output which is not there any more.
func lost(err error) bool {
	return errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrNotFound)
}

// mostBarren bounds how many outputs in a row may be gone before they gave a
// byte: each of them cost money.
const mostBarren = 3
