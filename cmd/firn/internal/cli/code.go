package cli

import (
	"errors"

	"firn/depot"
	"firn/vault"
)

// codeOf returns the word by which a program recognises the class of an error, or "" if it has
// none.
func codeOf(err error) string {
	for _, class := range []struct {
		err  error
		code string
	}{
		{depot.ErrInterrupted, "interrupted"},
		{ErrUsage, "usage"},
		{ErrRefused, "refused"},
		{vault.ErrChecksum, "checksum"},
		{vault.ErrCredentials, "credentials"},
		{vault.ErrReadOnly, "read_only"},
		{vault.ErrDenied, "access_denied"},
		{vault.ErrLocked, "locked"},
		{vault.ErrNotReady, "not_ready"},
		{vault.ErrLimited, "limited"},
		{vault.ErrExpired, "expired"},
		{vault.ErrNotFound, "not_found"},
		{vault.ErrExists, "exists"},
		{vault.ErrThrottled, "throttled"},
		{vault.ErrUnavailable, "unavailable"},
		{vault.ErrInvalid, "invalid"},
	} {
		if errors.Is(err, class.err) {
			return class.code
		}
	}
	return ""
}
