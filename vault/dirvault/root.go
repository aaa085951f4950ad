package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/gofrs/flock"

	"firn/internal/disk"
	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/layout"
)

// rootLock is the lock file of a Root. No vault can have this name.
const rootLock = "~lock"

// KeysFile is the file in which a server that serves the directory keeps its key pair.
const KeysFile = "credentials.json"

// Root is a directory of vaults, each a directory of its own by the vault's
// name. Other files may stand beside them. It holds a lock until Close.
type Root struct {
	options  Options
	path     string
	readOnly error        // why the directory is only read; nil if it is written
	notes    *files.Aside // notes of vaults that are only read
	dir      *os.Root
	lock     *flock.Flock

	scrubbed ScrubCounters
	noting   sync.Mutex // held while a note of the Root itself is written

	mu       sync.Mutex               // guards the fields below; nobody waits for the disk while holding it
	vaults   map[string]*Vault        // by name; nil until opened
	opening  map[string]chan struct{} // closed when an attempt to open the vault has ended
	creating map[string]chan struct{} // closed when an attempt to create the vault has ended
	closed   bool
}

// OpenRoot opens a directory of vaults, which it creates if there is none. The
// caller closes it. ErrLocked means that it is open already, here or in another
// process. ErrInvalid means that others than its owner may write to it, and so to
// every vault, or that it belongs to another user. ErrReadOnly means that it cannot be
// written, and that Options.ReadOnly is not set. With that option all its vaults are only
// read.
func OpenRoot(dir string, o Options) (*Root, error) {
	r := &Root{
		options: o.withDefaults(), path: dir, notes: files.NewAside(), vaults: make(map[string]*Vault),
		opening: make(map[string]chan struct{}), creating: make(map[string]chan struct{}),
	}
	if err := r.start(); err != nil {
		return nil, fmt.Errorf("open directory of vaults %q: %w", dir, errors.Join(err, r.release()))
	}
	return r, nil
}

func (r *Root) start() (err error) {
	if r.options.ReadOnly {
		return r.startReading()
	}
	if err := os.MkdirAll(r.path, 0o700); err != nil {
		return err
	}
	if why := r.options.whyReadOnly(r.path); why != nil {
		return &readOnlyError{"it", why}
	}
	if r.dir, err = os.OpenRoot(r.path); err != nil {
		return err
	}
	if err := r.checkMode(); err != nil {
		return err
	}
	if r.lock, err = lock(filepath.Join(r.path, rootLock)); err != nil {
		return err
	}
	if err := durable.EachEntry(r.dir, ".", r.meet); err != nil {
		return err
	}
	if err := r.cleanNotes(); err != nil {
		return err
	}
	// As in a vault (see Vault.cleanUp): what a kill left of names is flushed.
	return errors.Join(durable.SyncDir(r.dir, "."), durable.SyncName(r.path))
}

// startReading is start where nothing is to be written.
func (r *Root) startReading() (err error) {
	r.readOnly = &readOnlyError{fmt.Sprintf("directory of vaults %q", r.path), errAsked}
	if r.dir, err = os.OpenRoot(r.path); err != nil {
		return err
	}
	// Nobody else may write through a file system that is mounted read-only either,
	// whatever modes it shows.
	if why := (Options{}).whyReadOnly(r.path); why == nil || errors.Is(why, fs.ErrPermission) {
		if err := r.checkMode(); err != nil {
			return err
		}
	}
	if r.lock, err = lockToRead(filepath.Join(r.path, rootLock)); err != nil {
		return err
	}
	return durable.EachEntry(r.dir, ".", r.meet)
}

// checkMode refuses a directory that others may write to, and to write to another's.
func (r *Root) checkMode() error {
	info, err := r.dir.Stat(".")
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 && runtime.GOOS != "windows" {
		return vault.Errorf(vault.ErrInvalid, "its mode %#o lets others write to it; forbid that (chmod go-w)", mode)
	}
	if err := disk.CheckOwner(info); err != nil && r.readOnly == nil { // one may read from another's
		return vault.Errorf(vault.ErrInvalid, "%w", err)
	}
	return nil
}

// meet looks at one name in the directory when it is opened.
func (r *Root) meet(name string) (more bool, err error) {
	if layout.IsTemporary(name) { // a vault on its way in or out
		if r.readOnly == nil {
			r.leftOver(r.dir.RemoveAll(name))
		}
		return true, nil
	}
	// A vault that cannot be read now may still be there: opening it returns the error.
	if there, err := isVault(r.dir, name); there || err != nil {
		r.vaults[name] = nil
	}
	return true, nil
}

// leftOver reports that a file stays that should be removed, unless err is nil.
func (r *Root) leftOver(err error) {
	if err != nil {
		r.options.OnLeftover(fmt.Errorf("directory of vaults %q: leftovers could not be removed; firn tries again when it opens the directory next: %w",
			r.path, err))
	}
}

// Close closes every vault and gives up the lock. Closing twice is no error.
func (r *Root) Close() error {
	r.mu.Lock()
	r.closed = true
	vaults := r.vaults
	busy := slices.AppendSeq(slices.Collect(maps.Values(r.opening)), maps.Values(r.creating))
	r.vaults = nil
	r.mu.Unlock() // DeleteVault needs it before it ends, and Vault.Close waits for that
	for _, ended := range busy {
		<-ended
	}
	r.noting.Lock()
	defer r.noting.Unlock()
	var errs []error
	for _, v := range vaults {
		if v != nil {
			errs = append(errs, v.Close())
		}
	}
	return errors.Join(append(errs, r.release())...)
}

func (r *Root) release() error {
	var errs []error
	if r.dir != nil {
		errs = append(errs, r.dir.Close())
	}
	if r.lock != nil {
		errs = append(errs, r.lock.Unlock())
	}
	return errors.Join(errs...)
}

// Open returns a vault, the same value at every call, except after a flush to
// the disk has failed in it: once all calls on that value have returned, the
// vault is opened anew. The Root closes it.
func (r *Root) Open(ctx context.Context, name string) (vault.Vault, error) {
	v, err := r.vault(ctx, name)
	if err != nil {
		return nil, err // not v, which would be a Vault that is not nil
	}
	return v, nil
}

// Archive returns what the vault knows about one archive. ErrNotFound means that
// there is no such archive, or no such vault.
func (r *Root) Archive(ctx context.Context, vaultName string, id vault.ArchiveID) (vault.Archive, error) {
	v, err := r.vault(ctx, vaultName)
	if err != nil {
		return vault.Archive{}, err
	}
	if err := v.access.Closed(); err != nil {
		return vault.Archive{}, err
	}
	a, err := v.archives.Get(id)
	if err != nil {
		return vault.Archive{}, err
	}
	return a, nil
}

// DescribeVault returns Vault.Info. A vault that cannot be opened now,
// because another process has it open, is described as of its last count.
func (r *Root) DescribeVault(ctx context.Context, name string) (vault.Info, error) {
	v, err := r.vault(ctx, name)
	if err != nil {
		return peekIfBusy(filepath.Join(r.path, name), err)
	}
	info, err := v.Info(ctx)
	if err != nil {
		return peekIfBusy(v.path, err)
	}
	return info, nil
}

// Vaults describes the vaults sorted by name, byte by byte, beginning at the
// first whose name is not below from. One that cannot be described is left out
// and reported to Options.OnDamage.
func (r *Root) Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) {
		if err := r.options.describeEach(ctx, r.names(), from, r.DescribeVault, yield); err != nil {
			yield(vault.Info{}, err)
		}
	}
}

// VaultCount returns how many vaults there are. It opens none.
func (r *Root) VaultCount(ctx context.Context) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.usable(ctx); err != nil {
		return 0, err
	}
	return len(r.vaults), nil
}

func (r *Root) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.vaults))
}

func (r *Root) usable(ctx context.Context) error {
	if err := cancel.Err(ctx); err != nil {
		return err
	}
	if r.closed {
		return fmt.Errorf("directory of vaults %q: %w", r.path, fs.ErrClosed)
	}
	return nil
}
