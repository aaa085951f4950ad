package dirvault

import (
	"context"
	"fmt"
	"strings"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
)

// CreateVault makes an empty vault. Creating one that is there is no error and
// changes nothing. ErrInvalid means that the name is not one (1 to 255 of
// A-Z a-z 0-9 _ - and period, neither "." nor ".." nor credentials.json), ErrExists that something
// else has it. No call about another vault waits for the disk meanwhile.
func (r *Root) CreateVault(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("create vault: %w", err)
	}
	if strings.EqualFold(name, KeysFile) {
		return vault.Errorf(vault.ErrInvalid, "create vault %q: a server keeps its key pair under this name", name)
	}
	for {
		created, isOurs, err := r.beginCreation(ctx, name)
		switch {
		case err != nil:
			return err
		case isOurs:
			return r.create(name, created)
		case created == nil:
			return nil
		}
		select {
		case <-created:
		case <-ctx.Done():
			return cancel.Err(ctx)
		}
	}
}

// beginCreation returns nil if the vault is open, and so is there. Else it returns a channel
// that is closed when an attempt to create the vault has ended. If isOurs, the caller makes
// that attempt with create.
func (r *Root) beginCreation(ctx context.Context, name string) (created chan struct{}, isOurs bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.usable(ctx); err != nil {
		return nil, false, err
	}
	if r.readOnly != nil {
		return nil, false, fmt.Errorf("create vault %q: %w", name, r.readOnly)
	}
	if r.vaults[name] != nil {
		return nil, false, nil
	}
	if created = r.creating[name]; created != nil {
		return created, false, nil
	}
	created = make(chan struct{})
	r.creating[name] = created
	return created, true, nil
}

// create makes a vault of a name that beginCreation has given to the caller, unless it is
// there.
func (r *Root) create(name string, created chan struct{}) error {
	isNew, err := r.createUnlessThere(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(created)
	delete(r.creating, name)
	if err != nil {
		return fmt.Errorf("create vault %q: %w", name, err)
	}
	// A call may have opened the vault meanwhile, if it had this name before. One that was
	// there may be deleted by now.
	if _, known := r.vaults[name]; isNew && !known && !r.closed {
		r.vaults[name] = nil
	}
	return nil
}

// createUnlessThere reports whether the vault was not there.
func (r *Root) createUnlessThere(name string) (isNew bool, err error) {
	r.mu.Lock()
	_, known := r.vaults[name]
	r.mu.Unlock()
	if known {
		// Another process may have deleted it, as long as it was not opened.
		if there, err := isVault(r.dir, name); err != nil || there {
			return false, err
		}
	}
	return true, createIn(r.dir, name, r.options.now())
}
