package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
	"firn/vault/administration"
)

// Lock is the lock of a vault, as it is kept. It ends with its vault or, if it is not
// completed, after [vault.LockTime].
type Lock struct {
	ID      string
	Policy  string
	State   administration.LockState
	Created time.Time
}

// check refuses what no server has written: a vault whose lock cannot be read is not a vault
// without a lock.
func (l Lock) check() error {
	switch {
	case l.ID == "" || l.Policy == "" || l.Created.IsZero():
		return errors.New("it is incomplete")
	case l.State != administration.LockInProgress && l.State != administration.LockLocked:
		return fmt.Errorf("%q is no state", l.State)
	}
	return nil
}

// Ends returns when a lock ends that is not completed.
func (l Lock) Ends() time.Time { return l.Created.Add(administration.LockTime) }

// lock returns the lock of a vault, completed or not. ErrNotFound: it has none.
func (p *Policies) lock(ctx context.Context, vaultName string) (Lock, error) {
	var l Lock
	if err := p.notes.Read(ctx, vaultName, lockNote, &l); err != nil {
		return Lock{}, err
	}
	if err := l.check(); err != nil {
		return Lock{}, fmt.Errorf("the lock of vault %q is damaged: %w", vaultName, err)
	}
	if l.State != administration.LockLocked && !p.now().Before(l.Ends()) {
		return Lock{}, vault.Errorf(vault.ErrNotFound, "the lock of vault %q was not completed in time", vaultName)
	}
	return l, nil
}

// Lock returns the lock of a vault, completed or not. It is refused if there is none.
func (p *Policies) Lock(ctx context.Context, vaultName string) (Lock, error) {
	l, err := p.lock(ctx, vaultName)
	if errors.Is(err, vault.ErrNotFound) {
		err = refusal.NotFound("No vault lock policy is set for: " + p.arn(vaultName))
	}
	return l, err
}

// InitiateLock begins the test of the lock policy in the body of a request. It returns the id
// with which the lock can be completed.
func (p *Policies) InitiateLock(ctx context.Context, vaultName string, body []byte) (id string, err error) {
	d, err := p.parse(vaultName, body, "The specified vault lock policy is invalid. Provide a valid policy.")
	if err != nil {
		return "", err
	}
	p.locking.Lock()
	defer p.locking.Unlock()
	old, err := p.lock(ctx, vaultName)
	switch {
	case err == nil:
		return "", refusal.AccessDenied("The vault lock of " + p.arn(vaultName) + " is in the state " + string(old.State) + " already.")
	case !errors.Is(err, vault.ErrNotFound):
		return "", err
	}
	l := Lock{ID: wire.NewShortID(), Policy: d.Policy, State: administration.LockInProgress, Created: p.now().UTC()}
	return l.ID, p.notes.Write(ctx, vaultName, lockNote, l)
}

// CompleteLock makes a lock policy permanent. It may be repeated.
func (p *Policies) CompleteLock(ctx context.Context, vaultName, id string) error {
	p.locking.Lock()
	defer p.locking.Unlock()
	l, err := p.Lock(ctx, vaultName)
	if err != nil {
		return err
	}
	locked, same := l.State == administration.LockLocked, l.ID == id
	switch {
	case locked && same:
		return nil
	case locked:
		return refusal.AccessDenied("The vault " + p.arn(vaultName) + " is locked by another lock ID.")
	case !same:
		return refusal.Invalid("Invalid lock ID: " + id)
	}
	l.State = administration.LockLocked
	return p.notes.Write(ctx, vaultName, lockNote, l)
}

// AbortLock removes a lock that is not completed. It succeeds also if there is none.
func (p *Policies) AbortLock(ctx context.Context, vaultName string) error {
	p.locking.Lock()
	defer p.locking.Unlock()
	l, err := p.lock(ctx, vaultName)
	switch {
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		return err
	case l.State == administration.LockLocked:
		return refusal.AccessDenied("The vault " + p.arn(vaultName) + " is locked.")
	}
	return p.notes.Remove(ctx, vaultName, lockNote)
}
