package backup

import (
	"errors"

	"firn/record"
)

// ErrChanged means that a file changed while firn read it. The snapshot has the bytes that firn read,
// and the next backup reads the file again.
var ErrChanged = errors.New("the file changed while it was read")

// MaxSkipped is how many skipped files a Report lists.
const MaxSkipped = 1000

// Report says what a backup did.
type Report struct {
	// Snapshot is the snapshot as it is on record. Its Skipped counts all skipped files.
	Snapshot  record.Snapshot
	Continued bool // the snapshot has changes that an earlier call found

	Files   int64 // files and directories of all types that were found
	Bytes   int64 // of the regular files among them
	Omitted int64 // files and directories that patterns or options leave out

	New       int64 // files that the record did not have
	Changed   int64 // files that are not as on record
	Unchanged int64
	Gone      int64 // files and directories that are there no longer; of a directory only itself

	Read   int64 // bytes of contents that were read
	Stored int64 // bytes of contents that the vault did not have
	Reused int64 // bytes of contents of new and changed files that the vault had

	Packs []PackReport // that this call stored, those of earlier calls too, in their order
	Sent  int64        // bytes that were sent to the vault

	// Skipped lists the first MaxSkipped files that could not be stored as they are.
	Skipped []Skipped
}

// PackReport is a pack that a backup stored, without its Header, Tail and Last: with them, the
// report would need as much memory as thousands of packs have.
type PackReport struct {
	record.Pack
	Sent int64 // bytes of it that this call sent
}

// Skipped is a file that could not be stored as it is.
type Skipped struct {
	Path string // as in a pack: without the first slash; the bytes may be other than UTF-8
	// Err says why. If it wraps ErrChanged, the file is stored as it was read. Otherwise the
	// snapshot has the last version of the file on record, and of a directory what it contained;
	// or nothing, if there was none.
	Err error
}

// Plan is what a backup would do.
type Plan struct {
	Files   int64 // files and directories of all types
	Bytes   int64 // of the regular files among them
	Omitted int64 // files and directories that patterns or options leave out

	New       int64
	Changed   int64
	Unchanged int64
	Gone      int64

	// Store is how many bytes new and changed files have. Less is stored, because packs are
	// compressed, and because the vault may have some of the contents.
	Store int64
	// Packs is how many packs that makes if nothing can be compressed.
	Packs int64
	// Skipped lists the first MaxSkipped files whose metadata cannot be read, and Failed counts
	// all of them.
	Skipped []Skipped
	Failed  int64
}
