// Package amazon is shared by the kinds that speak to a service of Amazon, or to a
// compatible server, through the AWS SDK. It has credentials that are read again when they
// expire, an HTTP client for parts of gigabytes, request bodies with known hashes, and
// errors with a class.
//
// It does not repeat requests, because package transfer does that with a time budget. There
// are two exceptions, which need knowledge that only this package has: fresh credentials
// when a session token has expired, and the service's clock when the local one is wrong.
package amazon

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"firn/vault"
)

// Service is the service of one open vault: the credentials for it, and whether it has ever
// answered.
type Service struct {
	keys     *Keyring
	answered atomic.Bool
}

// NewService returns the service for these credentials.
func NewService(keys *Keyring) *Service { return &Service{keys: keys} }

// Call sends one request. It turns its failure into a sentence that begins with what, with
// the class from judge. It sends the request a second time if the first attempt was refused
// for a reason that it can correct; request must therefore be able to start over.
func (s *Service) Call(ctx context.Context, what string, judge Judge, request func() error) error {
	used := s.keys.provider()
	err := request()
	s.note(err)
	switch answer := Refusal(err); {
	case answer == nil:
	case answer.expiredToken():
		decide(ctx, "the session token has expired; firn reads the credentials again")
		if renewErr := s.keys.renew(ctx, used); renewErr != nil {
			return vault.Errorf(vault.ErrCredentials, "%s: %w; reading the credentials again: %w", what, answer, configFailure(renewErr))
		}
		err = request()
	case answer.isMute():
		// If the credentials are the problem, renewing them is all that can be done.
		decide(ctx, "the service gives no reason for its refusal; firn reads the credentials again")
		if s.keys.renew(ctx, used) == nil {
			err = request()
		}
	case answer.wrongClock():
		// The SDK has taken the service's time from the answer.
		decide(ctx, "the service does not accept this machine's clock; firn signs with the service's time")
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

// note records that the service has answered: with success, or with a refusal that only the
// service can have sent. If an answer has no body, the SDK derives code and message from
// the status, which a proxy may have sent too; a service adds the id of the request.
func (s *Service) note(err error) {
	answer := Refusal(err)
	isOwn := answer != nil && answer.Code != noCode && (answer.RequestID != "" || answer.Message != http.StatusText(answer.Status))
	if err == nil || isOwn {
		s.answered.Store(true)
	}
}

// unansweredError is a failure that is probably due to a wrong address, since nothing has
// ever answered there.
type unansweredError struct {
	error
	advice string
}

func (e *unansweredError) Error() string { return fmt.Sprintf("%v; %s", e.error, e.advice) }

// Unwrap makes errors.Is also find vault.ErrUnanswered.
func (e *unansweredError) Unwrap() []error { return []error{e.error, vault.ErrUnanswered} }
