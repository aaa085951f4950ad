// Package vaulttest holds the suite that every kind of vault must pass, and a
// vault with scripted faults for tests of what stands above the contract.
//
// The suite speaks to a vault through the contract alone, so one suite proves a
// directory, a client and a server, each against the others.
package vaulttest

import (
	"context"
	"time"

	"firn/vault"
)

// Options tell the suite what a kind cannot promise.
type Options struct {
	// PartSize is the part size in bytes that the suite uploads with, which
	// Limits must allow and which is 1 MiB times a power of two; 0 means 1 MiB.
	PartSize int64

	// JobTime is how long a job takes; 0 means that jobs are done at once, and
	// then the suite cannot see what an unfinished job answers.
	JobTime time.Duration

	// Advance moves the clock of the vault. Nil means that nobody can: where a
	// behaviour would have to wait it is skipped from there on.
	Advance func(d time.Duration)

	// ShortMemory: the kind forgets a completed upload after a while, so that
	// repeating CompleteUpload from another process may give ErrNotFound.
	ShortMemory bool

	// Bare: lists tell names, sizes and dates alone, and ranges nothing. Parts are
	// compared by their SHA-256, and the tree hash of an archive is told by a job
	// for all of it.
	Bare bool

	// Live: an inventory is what is there when it is read, and takes no time. It
	// comes neither in pages nor as CSV, and jobs for it are not listed.
	Live bool

	// Shared: a job makes an archive readable as a whole, for everybody, until a
	// time that the vault chooses. So there is one for each archive, which is
	// listed without what was said when it was asked for, and gone with its archive.
	Shared bool

	// TwoDates: a look at an archive dates it by the beginning of its upload, and a list
	// by its end, or the other way round.
	TwoDates bool

	// OneCompleter: the service behind the kind does not order several completions
	// of one upload that come side by side.
	OneCompleter bool
}

// T is what the suite needs of a *testing.T. Fatal, Fatalf and Skip do not return.
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
	// Reopen returns a fresh value over the same vault, as another process would
	// have it. The old value is not used again.
	Reopen func(t S, v vault.Vault) vault.Vault
}

// runner is a T that has parts, as *testing.T does.
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
