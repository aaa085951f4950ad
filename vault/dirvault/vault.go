package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"firn/internal/vaultname"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/rwlock"
)

// Vault is a directory that is open as a vault. It holds a lock on the
// directory until Close.
type Vault struct {
	options   Options
	path      string // as given to Open, for messages
	readOnly  error  // why the directory cannot be written; nil if it can
	aside     *aside // what would be written there else; nil if readOnly is
	url       string
	dir       *os.Root // everything is reached through it
	lock      *flock.Flock
	access    *rwlock.Lock // held by whoever changes something: side by side, alone by whoever deletes the vault
	receivers sync.Pool    // of *receiver

	mu      sync.Mutex // guards uploads
	uploads map[vault.UploadID]*upload

	damaged     knownDamage
	leaves      checkedFiles // whose leaves are good
	unprovable  checkedFiles // of which leaves could not be made
	leafBuffers sync.Pool    // of *leafBuffer
	mending     *rwlock.Lock // whoever makes leaves that somebody waits for is inside, alone

	count     *count
	jobs      knownJobs
	outputs   outputs
	runs      *inventoryRuns
	status    status
	taking    *rwlock.Lock // whoever takes or reads the inventory is inside, alone
	scrubbing *rwlock.Lock // whoever scrubs is inside, alone
}

var _ vault.Vault = (*Vault)(nil)

// Open opens the vault in dir and removes what an interrupted process left
// there. The caller closes it. ErrNotFound means that dir is not a vault (see
// [Create]), ErrLocked that it is open already, here or in another process.
func Open(dir string, o Options) (*Vault, error) {
	v, err := open(dir, os.OpenRoot, dir, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open directory vault %q: %w", dir, err)
	}
	return v, nil
}

// open opens the vault whose path is dir, which openRoot opens by name.
func open(dir string, openRoot func(name string) (*os.Root, error), name string, o Options) (*Vault, error) {
	root, err := openRoot(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no such directory; create the vault first: %w", vault.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	v := &Vault{
		options:   o,
		path:      dir,
		url:       vaultname.Directory(full),
		dir:       root,
		count:     newCount(root),
		access:    rwlock.New(),
		runs:      newInventoryRuns(),
		taking:    rwlock.New(),
		mending:   rwlock.New(),
		scrubbing: rwlock.New(),
		receivers: sync.Pool{New: func() any { return newReceiver() }},
		uploads:   make(map[vault.UploadID]*upload),
	}
	v.status.keep = func(d *statusDocument) error { return v.writeDocument(layout.StateFile, d) }
	if err := v.start(); err != nil {
		return nil, errors.Join(err, v.release())
	}
	return v, nil
}

// start looks whether the directory is a vault before it leaves a trace there.
func (v *Vault) start() error {
	there, err := durable.IsThere(v.dir, layout.StateFile)
	if err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("the directory holds no %s, so it is not a vault; create the vault first: %w", layout.StateFile, vault.ErrNotFound)
	}
	if why := v.options.whyReadOnly(v.path, v.directories()...); why != nil {
		return v.startReading(why)
	}
	if v.lock, err = lock(filepath.Join(v.path, layout.LockFile)); err != nil {
		return err
	}
	if err := v.status.read(v.dir); err != nil {
		return err
	}
	// A copy of a vault may lack them: many programs leave out what is empty.
	for _, dir := range v.directories() {
		if err := v.dir.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return v.cleanUp()
}

// directories returns the names of those in the vault.
func (v *Vault) directories() []string {
	return []string{layout.ArchivesDir, layout.UploadsDir, layout.JobsDir, layout.NotesDir}
}

// Limits returns the limits of a directory, which accepts nearly everything.
func (v *Vault) Limits() vault.Limits {
	l := layout.Limits()
	l.OutputLifetime = v.options.OutputLifetime
	l.InventoryLag = max(0, v.options.InventoryEvery)
	return l
}

// URL returns the canonical URL of the vault; see package vaultname.
func (v *Vault) URL() string { return v.url }

// lock takes the lock file called path, or fails at once.
func lock(path string) (*flock.Flock, error) {
	l := flock.New(path)
	locked, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, fmt.Errorf("it is in use (%s): %w", path, vault.ErrLocked)
	}
	return l, nil
}

// lockToRead is lock for many at once who write nothing. Without a lock file, or with
// one that cannot be read or locked, nobody is kept out: what is read here is whole at
// any moment.
func lockToRead(path string) (*flock.Flock, error) {
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	locked, err := l.TryRLock()
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr,nilnil // see above
	case !locked:
		return nil, fmt.Errorf("it is in use (%s): %w", path, vault.ErrLocked)
	}
	return l, nil
}

// Close waits for calls that change something, refuses new ones, ends an inventory
// that is being taken and gives up the lock. Readers of outputs stay usable. Closing twice is no error.
func (v *Vault) Close() error {
	v.access.Close(fmt.Errorf("directory vault %q: %w", v.path, fs.ErrClosed))
	v.runs.stop(v.access.Closed()) // some calls wait for it
	v.access.Drain()
	v.count.close()
	if err := v.release(); err != nil {
		return fmt.Errorf("close directory vault %q: %w", v.path, err)
	}
	return nil
}

func (v *Vault) release() error {
	v.runs.stop(v.access.Closed())
	v.count.abandon()
	err := v.dir.Close()
	if v.aside != nil {
		err = errors.Join(err, v.aside.close())
	}
	if v.lock != nil {
		err = errors.Join(err, v.lock.Unlock())
	}
	return err
}
