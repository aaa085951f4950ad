package backup

import (
	"context"
	"errors"

	"firn/depot"
	"firn/record"
)

// Run backs up directories. It returns when the vault has confirmed all packs and the snapshot
// is complete on record. After any failure, the same call continues.
//
// The paths of the directories are made absolute. They are the names of the trees: a later call
// continues the trees that have the same path and host. One call at a time backs up to a vault
// with a catalog; another one fails with vault.ErrLocked. The depot must have a record, which
// the book is part of.
//
// The report is valid with an error, too: it says what was done until then. A depot.ErrInterrupted
// or depot.ErrGaveUp, like every error of package upload, leaves the packs in the spool. Files that
// could not be read are no error, but in the report.
func Run(ctx context.Context, d depot.Depot, book record.BackupJournal, roots []string, o Options) (Report, error) {
	return Report{}, errors.New("not there yet")
}

// Estimate reads the directories, but no content, and returns what [Run] would do. It writes
// nothing.
func Estimate(ctx context.Context, d depot.Depot, book record.BackupJournal, roots []string, o Options) (Plan, error) {
	return Plan{}, errors.New("not there yet")
}
