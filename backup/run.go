package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"firn/depot"
	"firn/internal/disk"
	"firn/internal/home"
	"firn/internal/seal"
	"firn/internal/walk"
	"firn/pack"
	"firn/record"
	"firn/vault"
)

// run is one call of a function of the package. The comparer, the writer and the uploads use it
// from three goroutines.
type run struct {
	Options
	depot depot.Depot
	book  record.BackupJournal
	trees []tree
	to    seal.Recipients
	spool string
	now   func() time.Time
	free  func(dir string) (int64, error) // room of a disk in bytes

	owners walk.Owners
	reader *reader
	lost   lost
	safe   position       // up to there, packs that are not lost have all changes of the snapshot
	first  pack.Snapshot  // the line of the snapshot in a pack
	told   map[int64]bool // snapshots whose end a pack of this call has
	roots  []*walk.Root   // of the trees

	isEstimate bool // no content is read
	isWatched  bool // the caller wants to know the progress

	mu      sync.Mutex // for the functions of the depot, and for what follows
	report  Report     // written by the writer, except for what add methods change
	packing depot.Packing
}

// newRun checks the options.
func newRun(d depot.Depot, book record.BackupJournal, roots []string, o Options) (*run, error) {
	if !d.HasRecord() {
		return nil, vault.Errorf(vault.ErrInvalid, "a backup needs a record of the vault")
	}
	trees, err := treesOf(roots)
	if err != nil {
		return nil, err
	}
	filter := o.walk()
	if err := filter.Check(); err != nil {
		return nil, vault.Errorf(vault.ErrInvalid, "%w", err)
	}
	if o.Host == "" {
		if o.Host, err = os.Hostname(); err != nil {
			return nil, fmt.Errorf("look for the name of this machine: %w", err)
		}
	}
	r := &run{
		Options: o, depot: d.WithDefaults(), isWatched: d.Packing != nil, book: book, trees: trees, safe: before,
		free: disk.Free, reader: newReader(), told: map[int64]bool{},
	}
	r.now = func() time.Time { return r.depot.Now().UTC().Round(0) }
	r.takeTurns()
	if len(o.Recipients) > 0 {
		if r.to, err = seal.ParseRecipients(o.Recipients); err != nil {
			return nil, vault.Errorf(vault.ErrInvalid, "%w", err)
		}
	}
	return r, r.limit()
}

// limit sets the size of packs.
func (r *run) limit() error {
	if r.PackSize < 0 {
		return vault.Errorf(vault.ErrInvalid, "a pack cannot have %d bytes", r.PackSize)
	}
	r.PackSize = cmp.Or(r.PackSize, DefaultPackSize)
	if most := r.depot.Vault.Limits().MaxArchiveSize; most > 0 {
		r.PackSize = min(r.PackSize, most/2)
	}
	return nil
}

// open opens the directories until close.
func (r *run) open() error {
	for _, t := range r.trees {
		root, err := walk.Open(t.path)
		if err != nil {
			return err
		}
		r.roots = append(r.roots, root)
	}
	return nil
}

// close waits for what reads files and closes the directories.
func (r *run) close() {
	r.reader.all.Wait()
	for _, root := range r.roots {
		root.Close()
	}
}

// root returns the key of the directory at the root of a tree; 0 if it is not on record.
func (r *run) root(ctx context.Context, name string) (int64, error) {
	key, err := r.book.Root(ctx, r.depot.Vault.URL(), r.Host, name)
	if errors.Is(err, vault.ErrNotFound) {
		return 0, nil
	}
	return key, err
}

// findSpool sets the path of the spool.
func (r *run) findSpool() (err error) {
	if r.spool = r.SpoolDir; r.spool == "" {
		cache, err := home.Cache()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSpool, err)
		}
		r.spool = filepath.Join(cache, "firn", "packs")
	}
	if r.spool, err = filepath.Abs(r.spool); err != nil {
		return fmt.Errorf("%w: %w", ErrSpool, err)
	}
	return nil
}

// openSpool finds the spool, and makes it if it does not exist.
func (r *run) openSpool() error {
	if err := r.findSpool(); err != nil {
		return err
	}
	if err := os.MkdirAll(r.spool, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrSpool, err)
	}
	return nil
}

// lost are the keys of contents that may not be relied on.
type lost []record.KeyRange

func (l lost) has(key int64) bool {
	if key == 0 {
		return false
	}
	for _, r := range l {
		if r.Has(key) {
			return true
		}
	}
	return false
}
