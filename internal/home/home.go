// Package home finds the directories for a user's files: the directories that the XDG
// variables name, else directories below the home directory.
//
// The home directory is HOME. If HOME is not set, as under cron and systemd, it is the
// directory in the user's entry in the passwd file, so that files written with HOME are
// found without it. A relative HOME would depend on the working directory, and the root
// directory is nobody's home: both are ignored.
package home

import "errors"

// ErrNone says that no home directory is known.
var ErrNone = errors.New("no home directory is known: HOME names none, and neither does the passwd entry of the user")

// Data returns the directory for the records of the user's programs. It is absolute and
// need not exist. The error wraps ErrNone.
func Data() (string, error) { return here().data() }

// Config returns the directory for the settings of the user's programs. It is absolute and
// need not exist. The error wraps ErrNone.
func Config() (string, error) { return here().config() }

// Cache returns the directory for files that the user's programs can create again. It is
// absolute and need not exist. The error wraps ErrNone.
func Cache() (string, error) { return here().cache() }
