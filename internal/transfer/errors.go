package transfer

import (
	"context"
	"errors"
)

var (
	// ErrInterrupted says that the caller asked to stop. Everything that was acknowledged
	// is recorded. errors.Is also takes it for context.Canceled.
	ErrInterrupted error = interrupted{}
	// ErrSourceChanged says that the local bytes differ from those that were planned,
	// hashed or sent before.
	ErrSourceChanged = errors.New("the source changed while it was uploaded")
)

type interrupted struct{}

func (interrupted) Error() string        { return "interrupted" }
func (interrupted) Is(target error) bool { return target == context.Canceled }

// sourceError marks a failure of the local source. Retries do not help, and it must not be
// taken for a network failure.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// IsSource reports whether err is a failure to read the local source.
func IsSource(err error) bool {
	var s *sourceError
	return errors.As(err, &s)
}

// sinkError marks a failure to write received bytes locally.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }
func (e *sinkError) Unwrap() error { return e.err }

// IsSink reports whether err is a failure to write received bytes locally, such as a full
// disk, for which retries do not help.
func IsSink(err error) bool {
	var s *sinkError
	return errors.As(err, &s)
}
