package record

import (
	"context"
	"iter"
)

// BackupJournal is what a backup needs of a record. Backups of package catalog is one that
// lasts. Methods that find one value return an error that wraps vault.ErrNotFound if there is
// none.
type BackupJournal interface {
	// Paths returns the paths of the files of the record on this machine. A backup leaves them
	// out and does not open them: they change while it runs, and on Unix a process that closes a
	// file gives up its locks on the file.
	Paths() []string
	// Begin begins a snapshot, or continues the one with the same vault, host and roots that
	// was not complete. A new snapshot takes over what unfinished ones have changed in its trees.
	// Begin sets the key and the state of s, and the other fields of a snapshot that it continues.
	// It reports whether the snapshot has changes already.
	Begin(ctx context.Context, s *Snapshot) (continues bool, err error)
	// Save saves the counts, the tags and the state of a snapshot.
	Save(ctx context.Context, s *Snapshot) error
	// Parent returns the id of the snapshot before s with the same host and roots, or "".
	Parent(ctx context.Context, s Snapshot) (id string, err error)
	// Untold lists the complete snapshots in a vault whose end no pack has.
	Untold(ctx context.Context, vaultURL string) iter.Seq2[Snapshot, error]

	// SavePack inserts p and sets its Key, or updates it if it has one.
	SavePack(ctx context.Context, p *Pack) error
	// Packs lists the packs of a snapshot in their sequence.
	Packs(ctx context.Context, snapshot int64) iter.Seq2[Pack, error]
	// PackByID returns the pack with this id in a vault.
	PackByID(ctx context.Context, vaultURL, id string) (Pack, error)
	// UnstoredPacks lists the packs in a vault that are neither stored nor lost, oldest first.
	UnstoredPacks(ctx context.Context, vaultURL string) iter.Seq2[Pack, error]

	// Root returns the key of the directory at the root of a tree, if a snapshot of the host has
	// it.
	Root(ctx context.Context, vaultURL, host, root string) (key int64, err error)
	// CurrentFiles returns the newest versions of files in a directory that are no directories,
	// by name: those from a name on, at most limit.
	CurrentFiles(ctx context.Context, directory int64, from string, limit int) ([]File, error)
	// Subdirectories returns the newest versions of the directories in a directory in the same
	// way. The directory at the root of a tree is the first one in itself, without a name.
	Subdirectories(ctx context.Context, directory int64, from string, limit int) ([]Subdirectory, error)
	// Gone lists the files that a running snapshot has not, and that the snapshot before it or
	// its own packs have.
	Gone(ctx context.Context, s Snapshot) iter.Seq2[Found, error]
	// Apply saves what a backup found, in one transaction. It may be repeated. It sets the keys
	// of places, of contents and of files' contents.
	Apply(ctx context.Context, snapshot int64, changes []FileChange) error

	// Content returns a content with this digest and size in a pack of the vault that is not
	// lost.
	Content(ctx context.Context, vaultURL string, digest Digest, size int64) (Content, error)
	// Digests lists the first 8 bytes of the digests of all contents, in any order.
	Digests(ctx context.Context) iter.Seq2[[8]byte, error]
	// ContentByKey returns the content of a key, wherever it is.
	ContentByKey(ctx context.Context, key int64) (Content, error)
	// HasLargeContent reports whether a vault may have a content of a size above 8 MiB.
	HasLargeContent(ctx context.Context, size int64) (has bool, err error)
	// AddContents adds contents that belong to no file, and sets their keys.
	AddContents(ctx context.Context, contents ...*Content) error
	// Lost returns the keys of the contents in a vault that may not be relied on, as ranges. A
	// range may also have keys of other contents.
	Lost(ctx context.Context, vaultURL string) ([]KeyRange, error)
}
