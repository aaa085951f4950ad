package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"firn/internal/policy"
	"firn/internal/strict"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// policyDocument is VaultAccessPolicy and VaultLockPolicy: a policy as a text, as
// the client wrote it.
type policyDocument struct {
	Policy string
}

// parsePolicy reads a body with a policy for a vault. A policy that could not be
// decided as it was meant is refused in the words that say so after what the
// service says to all of them.
func (a *account) parsePolicy(c *call, message string) (policyDocument, error) {
	var d policyDocument
	if err := strict.Unambiguous(c.small, &d); err != nil {
		return policyDocument{}, refusal.Serialization(err)
	}
	if d.Policy == "" {
		return policyDocument{}, refusal.MissingParameter("Policy")
	}
	p, err := policy.Parse([]byte(d.Policy))
	if err == nil {
		err = p.Check(actions(), a.arn(c.target.vault))
	}
	if err != nil {
		return policyDocument{}, refusal.Invalid(fmt.Sprintf("%s (%s)", message, err))
	}
	return d, nil
}

func (a *account) setAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	d, err := a.parsePolicy(c, "The specified vault access policy is invalid. Provide a valid policy.")
	if err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: http.StatusNoContent}, a.writeNote(ctx, c.target.vault, accessPolicyNote, d)
}

func (a *account) getAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	d, err := a.accessPolicyOf(ctx, c.target.vault)
	if errors.Is(err, vault.ErrNotFound) {
		return wire.Reply{}, refusal.NotFound("No vault access policy is set for: " + a.arn(c.target.vault))
	}
	return wire.Reply{Status: http.StatusOK, Body: d}, err
}

// deleteAccessPolicy succeeds also where there is none.
func (a *account) deleteAccessPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	if _, err := a.open(ctx, c); err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: http.StatusNoContent}, a.removeNote(ctx, c.target.vault, accessPolicyNote)
}

// accessPolicyOf returns the access policy of a vault, or an error that wraps
// ErrNotFound if it has none.
func (a *account) accessPolicyOf(ctx context.Context, vaultName string) (policyDocument, error) {
	var d policyDocument
	err := a.readNote(ctx, vaultName, accessPolicyNote, &d)
	if err == nil && d.Policy == "" {
		err = fmt.Errorf("the access policy of vault %q is damaged: it is empty", vaultName)
	}
	return d, err
}
