package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"firn/catalog"
	"firn/depot"
	"firn/download"
	"firn/internal/disk"
	"firn/internal/home"
	"firn/jobs"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

// status is the exit status: a contract with scripts, told in every help text.
type status int

const (
	statusDone        status = 0
	statusError       status = 1
	statusUsage       status = 2
	statusPartial     status = 3
	statusIncomplete  status = 4
	statusChecksum    status = 5
	statusDenied      status = 6
	statusLocked      status = 7
	statusDamaged     status = 8
	statusRefused     status = 9
	statusNotReady    status = 75
	statusInterrupted status = 130
)

// String says what the status means, as the help texts do.
func (s status) String() string {
	switch s {
	case statusDone:
		return "done"
	case statusUsage:
		return "the command line was not understood"
	case statusPartial:
		return "partial: a source was unreadable, empty, or changed while it was read"
	case statusIncomplete:
		return "incomplete: run the same command again to continue"
	case statusChecksum:
		return "verification failed: something is not what it should be"
	case statusDenied:
		return "credentials or permission"
	case statusLocked:
		return "locked by another process"
	case statusDamaged:
		return "the catalog is damaged"
	case statusRefused:
		return "refused for cost or safety"
	case statusNotReady:
		return "not ready yet: ask again later"
	case statusInterrupted:
		return "interrupted; the state is saved"
	}
	return "error"
}

var (
	// errUsage: the command line cannot be understood.
	errUsage = errors.New("usage")
	// errRefused: the command would cost or destroy something and nobody agreed.
	errRefused = errors.New("refused")
	// errBroken: a store does not do what every store must.
	errBroken = errors.New("the store cannot be trusted with archives")
	// errOutput: what was done could not be told. A full disk there is not one that
	// keeps anything from being done.
	errOutput = errors.New("standard output")
)

// statusOf is the one place that turns an error into an exit status. Where an
// error is of several classes, the one that tells more about what to do decides.
func statusOf(err error) status {
	var reported *reportedError
	if errors.As(err, &reported) {
		return reported.status
	}
	for _, class := range []struct {
		err error
		status
	}{
		{errUsage, statusUsage},
		{home.ErrNone, statusUsage},
		{catalog.ErrDamaged, statusDamaged},
		{depot.ErrInterrupted, statusInterrupted},
		{context.Canceled, statusInterrupted},
		{source.ErrUnreadable, statusPartial},
		{source.ErrSourceChanged, statusPartial},
		{vault.ErrChecksum, statusChecksum},
		{errBroken, statusChecksum},
		{vault.ErrDenied, statusDenied},
		{vault.ErrLocked, statusLocked},
		{errRefused, statusRefused},
		{upload.ErrUnknown, statusIncomplete},
		{depot.ErrGaveUp, statusIncomplete},
		{upload.ErrSpool, statusIncomplete},
		{download.ErrCut, statusIncomplete},
		{jobs.ErrNotStarted, statusIncomplete},
		{vault.ErrNotReady, statusNotReady},
		{vault.ErrLimited, statusNotReady},
		{errOutput, statusError},
	} {
		if errors.Is(err, class.err) {
			return class.status
		}
	}
	switch {
	case isFull(err):
		return statusIncomplete
	case err != nil:
		return statusError
	}
	return statusDone
}

// errorText is the one place that turns an error into text. Joined errors
// follow one another on one line.
func errorText(err error) string {
	return show(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// report tells an error to the user, once, and returns its status. With --json
// it is also the last line of standard output.
func (p *program) report(err error) status {
	s := statusOf(err)
	var reported *reportedError
	if err == nil || errors.As(err, &reported) {
		return s
	}
	if s == statusDamaged {
		err = withHint(err, "save what can be read of it, and the list of each vault: "+p.rebuildCommand())
	}
	p.ui.fail(err)
	if p.wantsJSON() {
		_ = p.out.object(errorObject{
			MessageType: "error", Error: strings.ReplaceAll(err.Error(), "\n", "; "),
			Status: s, Hint: strings.Join(hintsOf(err), "\n"),
		})
		_ = p.out.flush() // there is nobody left to tell
	}
	return s
}

// wantsJSON reports whether errors go to standard output, too. The options may
// not have been read when the first one occurs.
func (p *program) wantsJSON() bool {
	return p.json || slices.Contains(p.args, "--json") || os.Getenv(variable("json")) != ""
}

// errorObject is an error on standard output.
type errorObject struct {
	MessageType string `json:"message_type"`
	Error       string `json:"error"`
	Status      status `json:"exit_status"`
	Hint        string `json:"hint"`
}

// reportedError stands for errors that the user was told as they happened.
type reportedError struct{ status }

func (e *reportedError) Error() string { return e.String() }

// hintedError is an error with what to do about it.
type hintedError struct {
	error
	hints []string
}

func (e *hintedError) Unwrap() error { return e.error }

// withHint adds what to do about an error, best the next command to type.
func withHint(err error, hints ...string) error {
	if err == nil {
		return nil
	}
	return &hintedError{err, hints}
}

// onceMended says what must pass, outside of firn, before a command can go on: the
// beginning of a hint. It is empty for errors that do not pass so.
func onceMended(err error) string {
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "when the other process has ended, "
	case errors.Is(err, vault.ErrReadOnly):
		return "when the vault can be written, "
	case errors.Is(err, vault.ErrDenied):
		return "with credentials for this vault, "
	case errors.Is(err, vault.ErrLimited):
		return "later, "
	case isFull(err):
		return "when there is room, "
	}
	return ""
}

// isFull reports whether a file, ours or that of a vault in a directory, could not
// be written because there was no room for it.
func isFull(err error) bool {
	return errors.Is(err, download.ErrNoSpace) || errors.Is(err, catalog.ErrFull) || disk.IsFull(err)
}

// hintsOf returns the hints of an error and of those it wraps, outermost last.
func hintsOf(err error) []string {
	var h *hintedError
	if !errors.As(err, &h) {
		return nil
	}
	return append(hintsOf(h.error), h.hints...)
}

// usageError says what is wrong with the command line.
func usageError(format string, args ...any) error {
	return &classError{fmt.Errorf(format, args...), errUsage}
}

// refusedError says what was not done, and why.
func refusedError(format string, args ...any) error {
	return &classError{fmt.Errorf(format, args...), errRefused}
}

// classError is an error whose class is not part of its sentence.
type classError struct {
	error
	class error
}

func (e *classError) Unwrap() []error { return []error{e.error, e.class} }
