package server

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"firn/vault"
)

// lockWindow is how long a vault lock may be tested before it is completed or
// vanishes (Amazon Glacier developer guide, "Locking a vault").
const lockWindow = 24 * time.Hour

// The states of a vault lock.
const (
	lockInProgress = "InProgress"
	lockLocked     = "Locked"
)

// lockDocument is a vault lock as it is kept. It goes with its vault, and when it
// is locked with nothing else.
type lockDocument struct {
	ID      string
	Policy  string
	State   string
	Created time.Time
}

// check refuses what was not written by a server: a lock that cannot be read is none
// that is absent.
func (d lockDocument) check() error {
	switch {
	case d.ID == "" || d.Policy == "" || d.Created.IsZero():
		return errors.New("it is incomplete")
	case d.State != lockInProgress && d.State != lockLocked:
		return fmt.Errorf("%q is no state", d.State)
	}
	return nil
}

// ends is when a lock vanishes that is not completed.
func (d lockDocument) ends() time.Time { return d.Created.Add(lockWindow) }

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
	if d.State != lockLocked && !a.options.Now().Before(d.ends()) {
		return lockDocument{}, fmt.Errorf("the lock of vault %q was not completed in time: %w", vaultName, vault.ErrNotFound)
	}
	return d, nil
}

// initiateLock puts a lock policy to the test.
func (a *account) initiateLock(ctx context.Context, c *call) (reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return reply{}, err
	}
	p, err := a.parsePolicy(c, "The specified vault lock policy is invalid. Provide a valid policy.")
	if err != nil {
		return reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	old, err := a.lockOf(ctx, c.target.vault)
	switch {
	case err == nil:
		return reply{}, accessDenied("The vault lock of " + a.arn(c.target.vault) + " is in the state " + old.State + " already.")
	case !errors.Is(err, vault.ErrNotFound):
		return reply{}, err
	}
	d := lockDocument{ID: newShortID(), Policy: p.Policy, State: lockInProgress, Created: a.options.Now().UTC()}
	return reply{
		status: http.StatusCreated,
		header: map[string]string{"x-amz-lock-id": d.ID},
	}, a.writeNote(ctx, c.target.vault, lockNote, d)
}

// completeLock makes a lock policy permanent.
func (a *account) completeLock(ctx context.Context, c *call) (reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	d, err := a.lockOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return reply{}, a.noLock(c)
	}
	done := reply{status: http.StatusNoContent}
	same := err == nil && d.ID == c.target.id
	switch {
	case err != nil:
		return reply{}, err
	case d.State == lockLocked && same:
		return done, nil
	case d.State == lockLocked:
		return reply{}, accessDenied("The vault " + a.arn(c.target.vault) + " is locked by another lock ID.")
	case !same:
		return reply{}, invalid("Invalid lock ID: " + c.target.id)
	}
	d.State = lockLocked
	return done, a.writeNote(ctx, c.target.vault, lockNote, d)
}

func (a *account) noLock(c *call) error {
	return notFound("No vault lock policy is set for: " + a.arn(c.target.vault))
}

// getLock tells the lock that there is.
func (a *account) getLock(ctx context.Context, c *call) (reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return reply{}, err
	}
	d, err := a.lockOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return reply{}, a.noLock(c)
	}
	if err != nil {
		return reply{}, err
	}
	body := struct {
		CreationDate   *string
		ExpirationDate *string
		Policy         string
		State          string
	}{CreationDate: date(d.Created), Policy: d.Policy, State: d.State}
	if d.State == lockInProgress {
		body.ExpirationDate = date(d.ends())
	}
	return reply{status: http.StatusOK, body: body}, nil
}

// abortLock ends a test. It succeeds also where there is none.
func (a *account) abortLock(ctx context.Context, c *call) (reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return reply{}, err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	d, err := a.lockOf(ctx, c.target.vault)
	switch {
	case err != nil && !errors.Is(err, vault.ErrNotFound):
		return reply{}, err
	case d.State == lockLocked:
		return reply{}, accessDenied("The vault " + a.arn(c.target.vault) + " is locked.")
	}
	return reply{status: http.StatusNoContent}, a.removeNote(ctx, c.target.vault, lockNote)
}

// newShortID returns 24 characters of [A-Za-z0-9_-], the form of the service's ids
// of locks and of units of capacity.
func newShortID() string {
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
