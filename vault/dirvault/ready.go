package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firn/vault/dirvault/internal/layout"
)

// Ready returns why the Root cannot work now: it is closed, its path leads to another
// directory than the one that was opened, because the disk is gone or something was
// renamed, or no file can be made in it. It makes an empty file to see that, and
// removes it, unless the Root is only read. It looks into no vault.
func (r *Root) Ready(ctx context.Context) error {
	r.mu.Lock()
	err := r.usable(ctx)
	r.mu.Unlock()
	if err != nil {
		return err
	}
	err = r.inPlace()
	if r.readOnly == nil {
		err = errors.Join(err, r.takesFiles())
	}
	if err != nil {
		return fmt.Errorf("directory of vaults %q: %w", r.path, err)
	}
	return nil
}

func (r *Root) inPlace() error {
	opened, err := r.dir.Stat(".")
	if err != nil {
		return err
	}
	there, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, there) {
		return errors.New("it was moved after it was opened; move it back, or start again with the new path")
	}
	return err
}

// takesFiles flushes nothing: it is called every few seconds, and other calls need the
// disk, too.
func (r *Root) takesFiles() error {
	name := layout.TemporaryName()
	f, err := r.dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), r.dir.Remove(name))
}
