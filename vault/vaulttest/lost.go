package vaulttest

import (
	"errors"
	"testing"

	"firn/vault"
)

// WantLost checks that the error of a request says only that its answer is lost: its class
// is ErrUnavailable and no class that would be a statement about the object.
func WantLost(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	for _, class := range []error{
		vault.ErrNotFound, vault.ErrNotReady, vault.ErrExpired, vault.ErrChecksum, vault.ErrInvalid, vault.ErrDenied,
		vault.ErrThrottled, vault.ErrLimited, vault.ErrExists,
	} {
		if errors.Is(err, class) {
			t.Errorf("%q is of the class %q", err, class)
		}
	}
}
