// Package vaulttest holds the test suite that every kind of vault must pass. It also has
// [Faulty], a vault with scripted faults for tests of the packages above the contract.
//
// The suite uses a vault through the contract alone. So the same suite checks a directory,
// and the client against the server.
package vaulttest

import (
	"context"
	"time"

	"firn/vault"
)

// Options tell the suite what a kind cannot promise.
type Options struct {
	// PartSize is the part size of the suite's uploads in bytes. Limits must allow it, and
	// it must be 1 MiB times a power of two; 0 means 1 MiB.
	PartSize int64

	// JobTime is the duration of a job. 0 means that jobs finish at once; then the suite
	// cannot check unfinished jobs.
	JobTime time.Duration

	// Advance moves the clock of the vault. Nil means that nobody can move it; then the
	// suite skips the rest of a behaviour that would have to wait.
	Advance func(d time.Duration)

	// ShortMemory: the kind forgets a completed upload after a while, so that a repeated
	// CompleteUpload from another process may return ErrNotFound.
	ShortMemory bool

	// Bare: lists contain only names, sizes and dates, and ranges have no tree hashes.
	// Parts are verified by their SHA-256. Only a job for the whole archive reports its
	// tree hash.
	Bare bool

	// Live: an inventory shows the vault as it is when the inventory is read, and takes no
	// time. Pages and CSV are refused, and inventory jobs are not listed.
	Live bool

	// Shared: a job makes the whole archive readable for everybody until a time that the
	// vault chooses. So each archive has at most one job. The list of jobs lacks the
	// descriptions of the requests, and a job disappears with its archive.
	Shared bool

	// TwoDates: either Look or the inventory dates an archive by the beginning of its
	// upload, and the other one by its end.
	TwoDates bool

	// OneCompleter: the service behind the kind does not order concurrent completions of
	// one upload.
	OneCompleter bool
}

// T is the part of *testing.T that the suite needs. Fatal, Fatalf and Skip do not return.
type T interface {
	Context() context.Context
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
}

// Opener opens vaults for the suite.
type Opener[S T] struct {
	// New opens a fresh, empty vault that is closed when the test ends.
	New func(t S) vault.Vault
	// Reopen returns a fresh value over the same vault, as another process would open it.
	// The suite does not use the old value again.
	Reopen func(t S, v vault.Vault) vault.Vault
}

// runner is a T with subtests, as *testing.T is.
type runner[S any] interface {
	T
	Run(name string, part func(S)) bool
}

// Run checks, as a test, that a kind keeps the contract of package vault.
func Run[S runner[S]](t S, by Opener[S], o Options) {
	t.Helper()
	for _, b := range behaviours() {
		t.Run(b.name, func(t S) { b.check(newSuite(t, by, o)) })
	}
}

type behaviour struct {
	name  string
	check func(*suite)
}

func behaviours() []behaviour {
	return []behaviour{
		{name: "round trip", check: roundTrip},
		{name: "parts out of order", check: partsOutOfOrder},
		{name: "same part twice", check: samePartTwice},
		{name: "other part in its place", check: otherPartInItsPlace},
		{name: "wrong hash of a part", check: wrongHashOfAPart},
		{name: "wrong hash of the whole", check: wrongHashOfTheWhole},
		{name: "short body", check: shortBody},
		{name: "gap", check: gap},
		{name: "resume", check: resume},
		{name: "uploads are listed", check: uploadsAreListed},
		{name: "complete twice", check: completeTwice},
		{name: "abort then complete", check: abortThenComplete},
		{name: "abort twice", check: abortTwice},
		{name: "abort leaves archives alone", check: abortLeavesArchivesAlone},
		{name: "cancelled", check: cancelled},
		{name: "many goroutines", check: manyGoroutines},
		{name: "descriptions", check: descriptions},
		{name: "names", check: names},
		{name: "limits", check: limits},
		{name: "most parts", check: mostParts},
		{name: "classes of error", check: classesOfError},
		{name: "delete twice", check: deleteTwice},
		{name: "job before ready", check: jobBeforeReady},
		{name: "output by ranges", check: outputByRanges},
		{name: "ranges with hash", check: rangesWithHash},
		{name: "expired output", check: expiredOutput},
		{name: "job survives", check: jobSurvives},
		{name: "jobs are listed", check: jobsAreListed},
		{name: "job of a deleted archive", check: jobOfADeletedArchive},
		{name: "inventory", check: inventory},
		{name: "inventory resumed", check: inventoryResumed},
		{name: "inventory between dates", check: inventoryBetweenDates},
		{name: "inventory by pages", check: inventoryByPages},
		{name: "inventory as CSV", check: inventoryAsCSV},
		{name: "inventory stays", check: inventoryStays},
		{name: "inventory document", check: inventoryDocument},
		{name: "delete then retrieve", check: deleteThenRetrieve},
		{name: "classes of error of jobs", check: classesOfErrorOfJobs},
	}
}
