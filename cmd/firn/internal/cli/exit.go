package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/download"
	"firn/internal/disk"
	"firn/internal/home"
	"firn/jobs"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

// Status is the exit status: a contract with scripts, told in every help text.
type Status int

// The statuses; String says what each means.
const (
	StatusDone        Status = 0
	StatusError       Status = 1
	StatusUsage       Status = 2
	StatusPartial     Status = 3
	StatusIncomplete  Status = 4
	StatusChecksum    Status = 5
	StatusDenied      Status = 6
	StatusLocked      Status = 7
	StatusDamaged     Status = 8
	StatusRefused     Status = 9
	StatusNotReady    Status = 75
	StatusInterrupted Status = 130
)

// String says what the status means, as the help texts do.
func (s Status) String() string {
	switch s {
	case StatusDone:
		return "done"
	case StatusUsage:
		return "the command line was not understood"
	case StatusPartial:
		return "partial: a source was unreadable, empty, or changed while it was read"
	case StatusIncomplete:
		return "incomplete: run the same command again to continue"
	case StatusChecksum:
		return "verification failed: something is not what it should be"
	case StatusDenied:
		return "credentials or permission"
	case StatusLocked:
		return "locked by another process"
	case StatusDamaged:
		return "the catalog is damaged"
	case StatusRefused:
		return "refused for cost or safety"
	case StatusNotReady:
		return "not ready yet: ask again later"
	case StatusInterrupted:
		return "interrupted; the state is saved"
	}
	return "error"
}

var (
	// ErrUsage is the class of a command line that cannot be understood.
	ErrUsage = errors.New("usage")
	// ErrRefused is the class of what would cost or destroy something, and nobody agreed.
	ErrRefused = errors.New("refused")
	// ErrBroken is the class of a store that does not do what every store must.
	ErrBroken = errors.New("the store cannot be trusted with archives")
)

// StatusOf is the one place that turns an error into an exit status. Where an
// error is of several classes, the one that tells more about what to do decides.
func StatusOf(err error) Status {
	var reported *ReportedError
	if errors.As(err, &reported) {
		return reported.Status
	}
	for _, class := range []struct {
		err error
		Status
	}{
		{ErrUsage, StatusUsage},
		{home.ErrNone, StatusUsage},
		{catalog.ErrDamaged, StatusDamaged},
		{depot.ErrInterrupted, StatusInterrupted},
		{context.Canceled, StatusInterrupted},
		{source.ErrUnreadable, StatusPartial},
		{source.ErrSourceChanged, StatusPartial},
		{vault.ErrChecksum, StatusChecksum},
		{ErrBroken, StatusChecksum},
		{vault.ErrDenied, StatusDenied},
		{vault.ErrLocked, StatusLocked},
		{ErrRefused, StatusRefused},
		{upload.ErrUnknown, StatusIncomplete},
		{depot.ErrGaveUp, StatusIncomplete},
		{upload.ErrSpool, StatusIncomplete},
		{download.ErrCut, StatusIncomplete},
		{jobs.ErrNotStarted, StatusIncomplete},
		{vault.ErrNotReady, StatusNotReady},
		{vault.ErrLimited, StatusNotReady},
		{term.ErrOutput, StatusError}, // a full disk there keeps nothing from being done
	} {
		if errors.Is(err, class.err) {
			return class.Status
		}
	}
	switch {
	case isFull(err):
		return StatusIncomplete
	case err != nil:
		return StatusError
	}
	return StatusDone
}

// Report tells an error to the user, once, and returns its status. With --json
// it is also the last line of standard output.
func (p *Program) Report(err error) Status {
	s := StatusOf(err)
	var reported *ReportedError
	if err == nil || errors.As(err, &reported) {
		return s
	}
	if s == StatusDamaged {
		err = WithHint(err, "save what can be read of it, and the list of each vault: "+p.rebuildCommand())
	}
	p.UI.Fail(err, hintsOf(err)...)
	if p.wantsJSON() {
		_ = p.Out.Object(errorObject{
			MessageType: "error", Error: strings.ReplaceAll(err.Error(), "\n", "; "),
			Status: s, Hint: strings.Join(hintsOf(err), "\n"),
		})
		_ = p.Out.Flush() // there is nobody left to tell
	}
	return s
}

// wantsJSON reports whether errors go to standard output, too. The options may
// not have been read when the first one occurs.
func (p *Program) wantsJSON() bool {
	return p.JSON || slices.Contains(p.Args, "--json") || os.Getenv(Variable("json")) != ""
}

// errorObject is an error on standard output.
type errorObject struct {
	MessageType string `json:"message_type"`
	Error       string `json:"error"`
	Status      Status `json:"exit_status"`
	Hint        string `json:"hint"`
}

// ReportedError stands for errors that the user was told as they happened.
type ReportedError struct{ Status }

func (e *ReportedError) Error() string { return e.String() }

// hintedError is an error with what to do about it.
type hintedError struct {
	error
	hints []string
}

func (e *hintedError) Unwrap() error { return e.error }

// WithHint adds what to do about an error, best the next command to type.
func WithHint(err error, hints ...string) error {
	if err == nil {
		return nil
	}
	return &hintedError{err, hints}
}

// OnceMended says what must pass, outside of firn, before a command can go on: the
// beginning of a hint. It is empty for errors that do not pass so.
func OnceMended(err error) string {
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

// UsageError says what is wrong with the command line.
func UsageError(format string, args ...any) error {
	return InClass(fmt.Errorf(format, args...), ErrUsage)
}

// RefusedError says what was not done, and why.
func RefusedError(format string, args ...any) error {
	return InClass(fmt.Errorf(format, args...), ErrRefused)
}

// classError is an error whose class is not part of its sentence.
type classError struct {
	error
	class error
}

func (e *classError) Unwrap() []error { return []error{e.error, e.class} }

// InClass gives an error a class beside its own, which its sentence does not mention.
func InClass(err, class error) error { return &classError{err, class} }
