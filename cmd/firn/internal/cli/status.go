package cli

import (
	"context"
	"errors"

	"firn/backup"
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

// Status is the exit status: a contract with scripts, listed in every help text.
type Status int

// The statuses; see [Status.String].
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
	StatusPipe        Status = 141 // what a shell reports of a command that SIGPIPE ended
)

// Statuses returns all statuses in ascending order.
func Statuses() []Status {
	return []Status{
		StatusDone, StatusError, StatusUsage, StatusPartial, StatusIncomplete, StatusChecksum, StatusDenied,
		StatusLocked, StatusDamaged, StatusRefused, StatusNotReady, StatusInterrupted,
	}
}

// String returns the meaning of the status, as in the help topic exit-status.
func (s Status) String() string {
	switch s {
	case StatusDone:
		return "success"
	case StatusUsage:
		return "invalid command line"
	case StatusPartial:
		return "partial: some were done, others failed or could not be read"
	case StatusIncomplete:
		return "incomplete: run the same command again to continue"
	case StatusChecksum:
		return "verification failed: a checksum, a size or a store is wrong"
	case StatusDenied:
		return "credentials are missing, or permission was denied"
	case StatusLocked:
		return "locked by another process"
	case StatusDamaged:
		return "the catalog is damaged"
	case StatusRefused:
		return "refused for cost or safety"
	case StatusNotReady:
		return "not ready yet: try again later"
	case StatusInterrupted:
		return "interrupted; the state is saved"
	case StatusPipe:
		return "the reader of standard output closed it"
	}
	return "error"
}

// StatusOf returns the exit status of an error. If an error has several classes, the first in
// the table decides: it says most about what to do next.
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
		{source.ErrUnreadable, StatusError},
		{source.ErrSourceChanged, StatusError},
		{ErrPartial, StatusPartial},
		{vault.ErrChecksum, StatusChecksum},
		{ErrBroken, StatusChecksum},
		{vault.ErrDenied, StatusDenied},
		{vault.ErrLocked, StatusLocked},
		{ErrRefused, StatusRefused},
		{upload.ErrUnknown, StatusIncomplete},
		{depot.ErrGaveUp, StatusIncomplete},
		{upload.ErrSpool, StatusIncomplete},
		{backup.ErrSpool, StatusIncomplete},
		{download.ErrCut, StatusIncomplete},
		{jobs.ErrNotStarted, StatusIncomplete},
		{vault.ErrNotReady, StatusNotReady},
		{vault.ErrLimited, StatusNotReady},
		{vault.ErrUnavailable, StatusIncomplete},
		{term.ErrOutput, StatusError}, // even if the disk there is full, the work is done
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

// isFull reports whether a file of firn or of a directory vault could not be written because
// the disk is full.
func isFull(err error) bool {
	return errors.Is(err, download.ErrNoSpace) || errors.Is(err, catalog.ErrFull) || disk.IsFull(err)
}
