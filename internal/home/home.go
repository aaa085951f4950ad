// Package home finds the directories in which a user's files are kept: where the
// XDG variables say, else below the home directory.
//
// The home directory is what HOME says. Where it says nothing, as under cron and
// systemd, it is that of the user's entry in the passwd file, so that what was
// written with HOME is found without it. A relative HOME would be another directory
// for each working directory, and the root directory is nobody's home: both count
// as none.
package home

import "errors"

// ErrNone is the error where no home directory is known.
var ErrNone = errors.New("no home directory is known: HOME names none, and neither does the passwd entry of the user")

// Data returns the directory of what the user's programs record. It is absolute,
// and need not be there. The error wraps ErrNone.
func Data() (string, error) { return here().data() }

// Cache returns the directory of what the user's programs could make again. It is
// absolute, and need not be there. The error wraps ErrNone.
func Cache() (string, error) { return here().cache() }
