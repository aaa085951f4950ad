package server

import (
	"context"
	"errors"
	"net/http"

	"firn/server/internal/refusal"
	"firn/server/internal/retrieval"
	"firn/server/internal/wire"
	"firn/vault"
	"firn/vault/administration"
)

func (a *account) setAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.policies.Set(ctx, c.target.vault, c.small))
}

func (a *account) getAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	d, err := a.policies.Get(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return wire.Reply{}, refusal.NotFound("No vault access policy is set for: " + a.arn(c.target.vault))
	}
	return wire.Reply{Status: http.StatusOK, Body: d}, err
}

// deleteAccessPolicy succeeds also if there is none.
func (a *account) deleteAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.policies.Remove(ctx, c.target.vault))
}

// initiateLock begins the test of a lock policy.
func (a *account) initiateLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	id, err := a.policies.InitiateLock(ctx, c.target.vault, c.small)
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{"x-amz-lock-id": id},
	}, a.orVaultNotFound(err, c.target.vault)
}

// completeLock makes a lock policy permanent.
func (a *account) completeLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.policies.CompleteLock(ctx, c.target.vault, c.target.id))
}

func (a *account) getLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	l, err := a.policies.Lock(ctx, c.target.vault)
	if err != nil {
		return wire.Reply{}, err
	}
	body := struct {
		CreationDate   *string
		ExpirationDate *string
		Policy         string
		State          administration.LockState
	}{CreationDate: wire.Date(l.Created), Policy: l.Policy, State: l.State}
	if l.State == administration.LockInProgress {
		body.ExpirationDate = wire.Date(l.Ends())
	}
	return wire.Reply{Status: http.StatusOK, Body: body}, nil
}

// abortLock ends the test of a lock policy. It succeeds also if there is none.
func (a *account) abortLock(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return a.changed(c, a.policies.AbortLock(ctx, c.target.vault))
}

// setRetrievalPolicy replaces the data retrieval policy of the account.
func (a *account) setRetrievalPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	return wire.Reply{Status: http.StatusNoContent}, a.retrieval.Set(ctx, c.small)
}

func (a *account) getRetrievalPolicy(ctx context.Context, _ *call) (wire.Reply, error) {
	p, err := a.retrieval.Policy(ctx)
	return wire.Reply{Status: http.StatusOK, Body: struct{ Policy retrieval.Policy }{p}}, err
}

// changed is the reply to a change of a document of a vault, which failed if err is not nil.
func (a *account) changed(c *call, err error) (wire.Reply, error) {
	return wire.Reply{Status: http.StatusNoContent}, a.orVaultNotFound(err, c.target.vault)
}
