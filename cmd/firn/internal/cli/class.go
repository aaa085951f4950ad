package cli

import (
	"errors"
	"fmt"
)

var (
	// ErrUsage is the class of an invalid command line.
	ErrUsage = errors.New("usage")
	// ErrRefused is the class of an act that was refused because it costs or destroys
	// something and the user did not agree.
	ErrRefused = errors.New("refused")
	// ErrPartial is the class of a file of which a part was taken over, because the rest could
	// not be read.
	ErrPartial = errors.New("partial")
	// ErrBroken is the class of a store that violates the contract of a vault.
	ErrBroken = errors.New("the store cannot be trusted with archives")
)

// UsageError returns an error about the command line.
func UsageError(format string, args ...any) error {
	return InClass(fmt.Errorf(format, args...), ErrUsage)
}

// RefusedError returns an error about an act that was refused.
func RefusedError(format string, args ...any) error {
	return InClass(fmt.Errorf(format, args...), ErrRefused)
}

type classError struct {
	error
	class error
}

func (e *classError) Unwrap() []error { return []error{e.error, e.class} }

// InClass returns an error with the text of err that wraps both err and class.
func InClass(err, class error) error { return &classError{err, class} }
