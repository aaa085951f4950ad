package dirvault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
)

// vault returns an open vault. A name that is not in the map never becomes a path, whatever
// it is. Opening a vault may take as long as reading a directory of millions. Only calls for
// the same vault wait for that.
func (r *Root) vault(ctx context.Context, name string) (*Vault, error) {
	for {
		v, opened, isOurs, err := r.reach(ctx, name)
		switch {
		case err != nil:
			return nil, err
		case isOurs:
			return r.open(name, v, opened)
		case opened == nil:
			return v, nil
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return nil, cancel.Err(ctx)
		}
	}
}

// reach returns a vault if it is open. Else it returns a channel that is closed when an
// attempt to open it has ended. If isOurs, the caller makes that attempt with Root.open, and v
// is the value to be given up before.
func (r *Root) reach(ctx context.Context, name string) (v *Vault, opened chan struct{}, isOurs bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.usable(ctx); err != nil {
		return nil, nil, false, err
	}
	v, there := r.vaults[name]
	if !there {
		return nil, nil, false, fmt.Errorf("vault %q: %w", name, vault.ErrNotFound)
	}
	if v != nil && !v.access.Abandoned() {
		return v, nil, false, nil
	}
	if opened = r.opening[name]; opened != nil {
		return nil, opened, false, nil
	}
	opened = make(chan struct{})
	r.opening[name] = opened
	r.vaults[name] = nil
	return v, opened, true, nil
}

// open opens a vault, after giving up the old value if there is one, and closes opened.
func (r *Root) open(name string, old *Vault, opened chan struct{}) (v *Vault, err error) {
	if old != nil {
		if err = old.release(); err != nil {
			err = fmt.Errorf("give up vault %q to open it anew: %w", name, err)
		}
	}
	if err == nil {
		// Through the directory that was opened, whatever has its path by now.
		path := filepath.Join(r.path, name)
		if v, err = open(path, r.dir.OpenRoot, name, r.options); err != nil {
			err = fmt.Errorf("open directory vault %q: %w", path, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(opened)
	delete(r.opening, name)
	switch closed := r.usable(context.Background()); {
	case err != nil && closed != nil:
		return nil, err
	case errors.Is(err, vault.ErrNotFound): // another process has deleted it; it may be there anew
		if there, notSeen := isVault(r.dir, name); notSeen == nil && !there {
			delete(r.vaults, name)
		}
		return nil, err
	case err != nil:
		return nil, err
	case closed != nil:
		return nil, errors.Join(closed, v.Close())
	}
	r.vaults[name] = v
	return v, nil
}
