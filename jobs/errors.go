package jobs

import "errors"

// Why a job did not become readable, apart from the classes of package vault and the
// errors of package depot.
var (
	// ErrJobFailed: the vault could not do the job.
	ErrJobFailed = errors.New("failed at the vault")
	// ErrNotStarted: Options.Budget has no room for the archive.
	ErrNotStarted = errors.New("not asked for, since more could not be downloaded in time")
)
