package cli

import (
	"errors"
	"slices"

	"firn/vault"
)

type hintedError struct {
	error
	hints []string
}

func (e *hintedError) Unwrap() error { return e.error }

// WithHint adds hints to an error: what to do about it, best as the next command to type.
func WithHint(err error, hints ...string) error {
	if err == nil {
		return nil
	}
	return &hintedError{err, hints}
}

// OnceMended returns the beginning of a hint for an error with a cause outside of firn: the
// condition under which the command can continue. It is empty for other errors.
func OnceMended(err error) string {
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "when the other process has ended, "
	case errors.Is(err, vault.ErrReadOnly):
		return "when the vault can be written, "
	case errors.Is(err, vault.ErrDenied):
		return "with credentials for this vault, "
	case errors.Is(err, vault.ErrLimited):
		return "later, "
	case isFull(err):
		return "when there is room, "
	}
	return ""
}

// hintsOf returns the hints of an error and of the errors that it wraps, outermost last, each
// of them once.
func hintsOf(err error) []string {
	var h *hintedError
	if !errors.As(err, &h) {
		return nil
	}
	hints := hintsOf(h.error)
	for _, hint := range h.hints {
		if !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	return hints
}
