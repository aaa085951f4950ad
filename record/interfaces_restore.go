package record

import (
	"context"
	"iter"
)

// RestoreJournal is what a restore needs of the record of backups. Methods that find one value
// return an error that wraps vault.ErrNotFound if there is none. A sequence ends after the
// first error.
type RestoreJournal interface {
	// Snapshots lists the snapshots in a vault that are not forgotten, oldest first.
	Snapshots(ctx context.Context, vaultURL string) iter.Seq2[Snapshot, error]
	// Files lists the files of a snapshot with their paths: a directory before its content,
	// and the files of a directory together. Enter says whether to list what a directory has.
	Files(ctx context.Context, s Snapshot, enter func(path string) bool) iter.Seq2[Found, error]
	// Find lists the versions of files whose path matches a pattern. A pattern without a slash
	// is compared with the last element of the path. An index serves it if the last element of
	// the pattern begins with literal text.
	Find(ctx context.Context, vaultURL, pattern string) iter.Seq2[Found, error]
	// ContentByKey returns the content of a key, wherever it is.
	ContentByKey(ctx context.Context, key int64) (Content, error)
	// Pack returns the pack of a key.
	Pack(ctx context.Context, key int64) (Pack, error)
}
