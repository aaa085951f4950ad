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

	"firn/vault"
)

// Call sends one request and turns its failure into a sentence that begins with
// what, with the class that judge gives it. It sends a second one when the first
// was refused for a reason that it can mend; request must therefore be able to
// start over.
func Call(ctx context.Context, keys *Keyring, what string, judge Judge, request func() error) error {
	used := keys.provider()
	err := request()
	switch answer := Refusal(err); {
	case answer == nil:
	case answer.expiredToken():
		if renewErr := keys.renew(ctx, used); renewErr != nil {
			return fmt.Errorf("%s: %w: %w; reading the credentials again: %w", what, vault.ErrDenied, answer, renewErr)
		}
		err = request()
	case answer.wrongClock():
		// The SDK has taken the service's clock from the answer.
		err = request()
	}
	if err != nil {
		return Failure(ctx, what, err, judge)
	}
	return nil
}
