package jobs

import (
	"errors"

	"firn/vault"
)

// Lost reports whether an error means that a job's output no longer exists.
func Lost(err error) bool {
	return errors.Is(err, vault.ErrExpired) || errors.Is(err, vault.ErrNotFound)
}

// MaxLostOutputs is the greatest number of outputs in a row that may expire before a byte of
// them was read. Each of them costs money.
const MaxLostOutputs = 3
