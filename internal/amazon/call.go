// Package amazon is what all kinds have in common that speak to a service of
// Amazon, or to a server that does as if it were one, over the AWS SDK:
// credentials that are read anew when they expire, an HTTP client for parts of
// gigabytes, bodies whose hashes are known, and errors with a class.
//
// It never repeats a request, because package transfer does that by a time budget,
// with two exceptions that need what only this package knows: fresh credentials
// when a session token has expired, and the service's clock when ours is wrong.
package amazon

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"firn/vault"
)

// Service is the far end of one vault that was opened: the credentials for it, and
// whether it has ever answered.
type Service struct {
	keys     *Keyring
	answered atomic.Bool
}

// NewService returns the service that keys are for.
func NewService(keys *Keyring) *Service { return &Service{keys: keys} }

// Call sends one request and turns its failure into a sentence that begins with
// what, with the class that judge gives it. It sends a second one when the first
// was refused for a reason that it can mend; request must therefore be able to
// start over.
func (s *Service) Call(ctx context.Context, what string, judge Judge, request func() error) error {
	used := s.keys.provider()
	err := request()
	s.note(err)
	switch answer := Refusal(err); {
	case answer == nil:
	case answer.expiredToken():
		if renewErr := s.keys.renew(ctx, used); renewErr != nil {
			return fmt.Errorf("%s: %w: %w; reading the credentials again: %w", what, vault.ErrDenied, answer, renewErr)
		}
		err = request()
	case answer.isMute():
		// Nobody can do more than renew them, if they are what is wrong.
		if s.keys.renew(ctx, used) == nil {
			err = request()
		}
	case answer.wrongClock():
		// The SDK has taken the service's clock from the answer.
		err = request()
	}
	if err == nil {
		return nil
	}
	failure := Failure(ctx, what, err, judge)
	if advice := adviceUnanswered(err); advice != "" && !s.answered.Load() && ctx.Err() == nil {
		return &unansweredError{failure, advice}
	}
	return failure
}

// note remembers that the service has answered: with success, or with a refusal that
// only it can have made. Where an answer has no body, the SDK makes code and message of
// the status, which a proxy may have sent, too; a service adds the id of the request.
func (s *Service) note(err error) {
	answer := Refusal(err)
	isOwn := answer != nil && answer.Code != noCode && (answer.RequestID != "" || answer.Message != http.StatusText(answer.Status))
	if err == nil || isOwn {
		s.answered.Store(true)
	}
}

// unansweredError is a failure of which the address is the likely cause, since
// nothing has ever been heard from there.
type unansweredError struct {
	error
	advice string
}

func (e *unansweredError) Error() string { return fmt.Sprintf("%v; %s", e.error, e.advice) }

// Unwrap makes errors.Is find vault.ErrUnanswered, too.
func (e *unansweredError) Unwrap() []error { return []error{e.error, vault.ErrUnanswered} }
