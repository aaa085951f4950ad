// Package vaulttest holds the suite that every kind of vault must pass, and a
// vault with scripted faults for tests of what stands above the contract.
//
// The suite speaks to a vault through the contract alone, so one suite proves a
// directory, a client and a server, each against the others.
package vaulttest

import (
	"testing"
	"time"

	"firn/vault"
)

// Options tell the suite how to get at a kind, and what the kind cannot promise.
type Options struct {
	// New opens a fresh, empty vault that is closed when the test ends.
	New func(t *testing.T) vault.Vault

	// Reopen returns a fresh value over the same vault, as another process would
	// have it. The old value is not used again.
	Reopen func(t *testing.T, v vault.Vault) vault.Vault

	// PartSize is the part size in bytes that the suite uploads with, which
	// Limits must allow and which is 1 MiB times a power of two; 0 means 1 MiB.
	PartSize int64

	// JobTime is how long a job takes; 0 means that jobs are done at once, and
	// then the suite cannot see what an unfinished job answers.
	JobTime time.Duration

	// Advance moves the clock of the vault. Needed when JobTime or
	// Limits.OutputLifetime is not 0.
	Advance func(d time.Duration)

	// NoJobs: the kind's job half is not served yet. What was published is then
	// looked at through Witness, and the behaviours of jobs are left out.
	NoJobs bool

	// Witness returns another way to the same archives, for the suite to see
	// what was published where the kind itself cannot tell; nil means the vault
	// itself.
	Witness func(t *testing.T, v vault.Vault) vault.Retriever

	// ShortMemory: the kind forgets a completed upload after a while, so that
	// repeating CompleteUpload from another process may give ErrNotFound.
	ShortMemory bool
}

// Run checks that a kind keeps the contract of package vault.
func Run(t *testing.T, o Options) {
	t.Helper()
	if o.PartSize == 0 {
		o.PartSize = mib
	}
	if o.Witness == nil {
		if o.NoJobs {
			t.Fatal("NoJobs needs a Witness")
		}
		o.Witness = func(_ *testing.T, v vault.Vault) vault.Retriever { return v }
	}
	for _, b := range behaviours() {
		if b.ofJobs && o.NoJobs {
			t.Logf("left out, because of NoJobs: %s", b.name)
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			b.check(&suite{T: t, Options: o, v: o.New(t)})
		})
	}
}

type behaviour struct {
	name   string
	ofJobs bool
	check  func(*suite)
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
		{name: "job before ready", ofJobs: true, check: jobBeforeReady},
		{name: "output by ranges", ofJobs: true, check: outputByRanges},
		{name: "ranges with hash", ofJobs: true, check: rangesWithHash},
		{name: "expired output", ofJobs: true, check: expiredOutput},
		{name: "job survives", ofJobs: true, check: jobSurvives},
		{name: "jobs are listed", ofJobs: true, check: jobsAreListed},
		{name: "job of a deleted archive", ofJobs: true, check: jobOfADeletedArchive},
		{name: "inventory", ofJobs: true, check: inventory},
		{name: "inventory resumed", ofJobs: true, check: inventoryResumed},
		{name: "inventory between dates", ofJobs: true, check: inventoryBetweenDates},
		{name: "inventory by pages", ofJobs: true, check: inventoryByPages},
		{name: "inventory as CSV", ofJobs: true, check: inventoryAsCSV},
		{name: "inventory stays", ofJobs: true, check: inventoryStays},
		{name: "inventory document", ofJobs: true, check: inventoryDocument},
		{name: "delete then retrieve", ofJobs: true, check: deleteThenRetrieve},
		{name: "classes of error of jobs", ofJobs: true, check: classesOfErrorOfJobs},
	}
}
