package vaulttest

import (
	"errors"
	"testing"

	"firn/vault"
)

// WantLost checks that the error of a request says that its answer is lost and
// nothing else: it is of the class ErrUnavailable and of no class that would be a
// verdict about the object.
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
