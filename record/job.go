package record

import (
	"time"

	"firn/vault"
)

// States of a job in addition to those of package vault.
const (
	// Asking: the vault is being asked to start the job. After a crash it may have a job
	// whose id firn never received; the Token in its description identifies it.
	Asking vault.JobStatus = "asking"
	// Gone: the vault no longer knows the job, or its output has expired.
	Gone vault.JobStatus = "gone"
)

// Job is a job that firn has requested, is about to request, or has adopted.
type Job struct {
	Key         int64  // the catalog's own key; 0 before the first save
	Vault       string // canonical URL of the vault
	ID          vault.JobID
	Kind        vault.JobKind
	Archive     vault.ArchiveID
	Range       vault.Range   // within the archive; zero: the whole archive
	List        vault.Listing // of an inventory; only Since and Until are kept
	Tier        vault.Tier
	Token       string // unique text in the job's description; empty if another program started the job
	Description string // the whole description, including Token
	Status      vault.JobStatus
	Message     string    // the service's words about the status
	Started     time.Time // UTC
	Completed   time.Time // UTC; zero while in progress
	Expires     time.Time // UTC; zero if unknown
}
