package jobs

import "errors"

// Reasons why a job's output is not readable, besides the error classes of package vault and
// the errors of package depot.
var (
	// ErrJobFailed: the vault could not do the job.
	ErrJobFailed = errors.New("failed at the vault")
	// ErrNotStarted: no job was started for the archive, because Options.Budget, or the rate of
	// the connection, has no room for it.
	ErrNotStarted = errors.New("not started, because more could not be downloaded in time")
)
