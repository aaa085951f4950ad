package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// lockDocument is a vault lock as it is kept. It goes with its vault, and when it
// is locked with nothing else.
type lockDocument struct {
	ID      string
	Policy  string
	State   vault.LockState
	Created time.Time
}

// check refuses what was not written by a server: a lock that cannot be read is none
// that is absent.
func (d lockDocument) check() error {
	switch {
	case d.ID == "" || d.Policy == "" || d.Created.IsZero():
		return errors.New("it is incomplete")
	case d.State != vault.LockInProgress && d.State != vault.LockLocked:
		return fmt.Errorf("%q is no state", d.State)
	}
	return nil
}

// ends is when a lock vanishes that is not completed.
func (d lockDocument) ends() time.Time { return d.Created.Add(vault.LockTime) }

// lockOf returns the lock of a vault, completed or being tested. ErrNotFound: it
// has none.
func (a *account) lockOf(ctx context.Context, vaultName string) (lockDocument, error) {
	var d lockDocument
	if err := a.readNote(ctx, vaultName, lockNote, &d); err != nil {
		return lockDocument{}, err
	}
	if err := d.check(); err != nil {
		return lockDocument{}, fmt.Errorf("the lock of vault %q is damaged: %w", vaultName, err)
	}
	if d.State != vault.LockLocked && !a.options.Now().Before(d.ends()) {
		return lockDocument{}, fmt.Errorf("the lock of vault %q was not completed in time: %w", vaultName, vault.ErrNotFound)
	}
	return d, nil
}

// initiateLock puts a lock policy to the test.
func (a *account) initiateLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	p, err := a.parsePolicy(c, "The specified vault lock policy is invalid. Provide a valid policy.")
	if err != nil {
		return wire.Reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	old, err := a.lockOf(ctx, c.target.vault)
	switch {
	case err == nil:
		return wire.Reply{}, refusal.AccessDenied("The vault lock of " + a.arn(c.target.vault) + " is in the state " + string(old.State) + " already.")
	case !errors.Is(err, vault.ErrNotFound):
		return wire.Reply{}, err
	}
	d := lockDocument{ID: wire.NewShortID(), Policy: p.Policy, State: vault.LockInProgress, Created: a.options.Now().UTC()}
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{"x-amz-lock-id": d.ID},
	}, a.writeNote(ctx, c.target.vault, lockNote, d)
}

// completeLock makes a lock policy permanent.
func (a *account) completeLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	d, err := a.lockOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return wire.Reply{}, a.noLock(c)
	}
	if err != nil {
		return wire.Reply{}, err
	}
	locked, same := d.State == vault.LockLocked, d.ID == c.target.id
	done := wire.Reply{Status: http.StatusNoContent}
	switch {
	case locked && same:
		return done, nil
	case locked:
		return wire.Reply{}, refusal.AccessDenied("The vault " + a.arn(c.target.vault) + " is locked by another lock ID.")
	case !same:
		return wire.Reply{}, refusal.Invalid("Invalid lock ID: " + c.target.id)
	}
	d.State = vault.LockLocked
	return done, a.writeNote(ctx, c.target.vault, lockNote, d)
}

func (a *account) noLock(c *call) error {
	return refusal.NotFound("No vault lock policy is set for: " + a.arn(c.target.vault))
}

// getLock tells the lock that there is.
func (a *account) getLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	d, err := a.lockOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return wire.Reply{}, a.noLock(c)
	}
	if err != nil {
		return wire.Reply{}, err
	}
	body := struct {
		CreationDate   *string
		ExpirationDate *string
		Policy         string
		State          vault.LockState
	}{CreationDate: wire.Date(d.Created), Policy: d.Policy, State: d.State}
	if d.State == vault.LockInProgress {
		body.ExpirationDate = wire.Date(d.ends())
	}
	return wire.Reply{Status: http.StatusOK, Body: body}, nil
}

// abortLock ends a test. It succeeds also where there is none.
func (a *account) abortLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	d, err := a.lockOf(ctx, c.target.vault)
	switch {
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		return wire.Reply{}, err
	case d.State == vault.LockLocked:
		return wire.Reply{}, refusal.AccessDenied("The vault " + a.arn(c.target.vault) + " is locked.")
	}
	return wire.Reply{Status: http.StatusNoContent}, a.removeNote(ctx, c.target.vault, lockNote)
}
