package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"firn/internal/vaultname"
	"firn/vault"
	"firn/vault/dirvault/internal/archives"
	"firn/vault/dirvault/internal/count"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/inventories"
	"firn/vault/dirvault/internal/jobs"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/leaves"
	"firn/vault/dirvault/internal/rwlock"
	"firn/vault/dirvault/internal/uploads"
)

// Vault is a directory that is open as a vault. It holds a lock on the
// directory until Close.
type Vault struct {
	options  Options
	path     string // as given to Open, for messages
	readOnly error  // why the directory cannot be written; nil if it can
	url      string
	dir      *os.Root // of files
	lock     *flock.Flock
	access   *rwlock.Lock // held by calls that change something: side by side, alone by the deletion of the vault

	files       *files.Dir
	archives    *archives.Archives
	count       *count.Count
	leaves      *leaves.Store
	uploads     *uploads.Store
	jobs        *jobs.Store
	inventories *inventories.Store
	scrubbing   *rwlock.Lock // held alone by a scrub
}

var _ vault.Vault = (*Vault)(nil)

// Open opens the vault in dir and removes the files that an interrupted process left
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
		return nil, vault.Errorf(vault.ErrNotFound, "there is no such directory; create the vault first")
	}
	if err != nil {
		return nil, err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	v := newVault(full, dir, root, o)
	if err := v.start(); err != nil {
		return nil, errors.Join(err, v.release())
	}
	return v, nil
}

func newVault(full, path string, root *os.Root, o Options) *Vault {
	v := &Vault{
		options:   o,
		path:      path,
		url:       vaultname.Directory(full),
		dir:       root,
		access:    rwlock.New(),
		files:     files.NewDir(root),
		count:     count.New(root),
		scrubbing: rwlock.New(),
	}
	v.archives = archives.In(v.files)
	v.leaves = leaves.NewStore(v.files, v.archives, v.count, v.access, o.VerifyReads)
	v.uploads = uploads.NewStore(v.files, uploads.Options{
		Access: v.access, Now: o.Now, Lifetime: o.UploadLifetime, Leftover: v.leftOver,
	})
	v.jobs = jobs.NewStore(v.files, jobs.Options{
		Closed: v.access.Closed, Now: o.Now, Damaged: v.damaged, Leftover: v.leftOver,
	})
	arn := ""
	if o.ARN != nil {
		arn = o.ARN(filepath.Base(path))
	}
	v.inventories = inventories.NewStore(v.files, v.archives, v.count, inventories.Options{
		Now: o.now, Every: o.InventoryEvery, ARN: arn, Damaged: v.damaged,
	})
	return v
}

// damaged reports a damaged file that a list goes on without.
func (v *Vault) damaged(err error) {
	v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, err))
}

// start makes sure that the directory is a vault before it writes anything there.
func (v *Vault) start() error {
	there, err := durable.IsThere(v.dir, layout.StateFile)
	if err != nil {
		return err
	}
	if !there {
		return vault.Errorf(vault.ErrNotFound, "the directory holds no %s, so it is not a vault; create the vault first", layout.StateFile)
	}
	if why := v.options.whyReadOnly(v.path, v.directories()...); why != nil {
		return v.startReading(why)
	}
	if v.lock, err = lock(filepath.Join(v.path, layout.LockFile)); err != nil {
		return err
	}
	if err := v.inventories.Load(); err != nil {
		return err
	}
	// A copy of a vault may lack them: many programs leave out empty directories.
	for _, dir := range v.directories() {
		if err := v.dir.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return v.cleanUp()
}

// directories returns the names of the directories in a vault.
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
		return nil, vault.Errorf(vault.ErrLocked, "another process has it open (%s)", path)
	}
	return l, nil
}

// lockToRead is lock for many processes at once that write nothing. Without a lock file, or
// with one that cannot be read or locked, others are not kept out: the files that are read
// here are whole at any moment.
func lockToRead(path string) (*flock.Flock, error) {
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	locked, err := l.TryRLock()
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr,nilnil // see above
	case !locked:
		return nil, vault.Errorf(vault.ErrLocked, "another process has it open (%s)", path)
	}
	return l, nil
}

// Close waits for calls that change something, refuses new ones, ends an inventory
// that is being taken and gives up the lock. Readers of outputs stay usable. Closing twice is no error.
func (v *Vault) Close() error {
	v.access.Close(fmt.Errorf("directory vault %q: %w", v.path, fs.ErrClosed))
	v.inventories.Stop(v.access.Closed()) // some calls wait for it
	v.access.Drain()
	v.count.Close()
	if err := v.release(); err != nil {
		return fmt.Errorf("close directory vault %q: %w", v.path, err)
	}
	return nil
}

// release gives up the directory. It may be called again.
func (v *Vault) release() error {
	v.inventories.Stop(v.access.Closed())
	v.count.Abandon()
	err := v.files.Close()
	if v.lock != nil {
		err = errors.Join(err, v.lock.Unlock())
	}
	return err
}
