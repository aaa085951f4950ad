// Package layout says what the files of a vault are called and what may stand in them:
// the names of files and directories, ids, and the limits of sizes and texts. The
// documentation of package dirvault describes the whole layout.
package layout

import (
	"path"
	"strings"

	"firn/vault"
)

// Names of the files and directories in a vault's directory.
const (
	StateFile     = "vault.json"
	InventoryFile = "inventory.json"
	ScrubFile     = "scrub.json"
	LockFile      = "lock"
	ArchivesDir   = "archives"
	UploadsDir    = "uploads"
	JobsDir       = "jobs"
	NotesDir      = "notes"
	OutputsDir    = "outputs" // made when the first output is kept
)

// ArchiveData is the path of an archive's bytes.
func ArchiveData(id vault.ArchiveID) string { return path.Join(ArchivesDir, string(id)) }

// ArchiveTruth is the path of an archive's truth file.
func ArchiveTruth(id vault.ArchiveID) string { return ArchiveData(id) + ".json" }

// ArchiveLeaves is the path of an archive's leaves.
func ArchiveLeaves(id vault.ArchiveID) string { return ArchiveData(id) + ".leaves" }

// KeptData is the path of the bytes of a deleted archive that a job still gives.
func KeptData(id vault.ArchiveID) string { return path.Join(OutputsDir, string(id)) }

// KeptLeaves is the path of the leaves that belong to KeptData.
func KeptLeaves(id vault.ArchiveID) string { return KeptData(id) + ".leaves" }

// JobDocument is the path of the document about a job.
func JobDocument(id vault.JobID) string { return path.Join(JobsDir, string(id)+".json") }

// JobOutput is the path of the document that an inventory job gives. The output of a job
// for an archive is the archive's own file.
func JobOutput(id vault.JobID) string { return path.Join(JobsDir, string(id)+".output") }

// temporary begins the names of files and directories that are being written or removed:
// a tilde, then something random. No id and no vault name begins so. A file with such a
// name is removed when a vault is opened.
const temporary = "~"

// IsTemporary reports whether a name was made by TemporaryName.
func IsTemporary(name string) bool {
	id, marked := strings.CutPrefix(name, temporary)
	return marked && IsUploadID(id)
}

// TemporaryName returns a new random name that no vault, archive, upload or job has.
func TemporaryName() string { return temporary + NewID() }
