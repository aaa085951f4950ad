// Package access keeps the policies of vaults, which are access policies and vault locks, and
// decides by them.
package access

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"firn/internal/policy"
	"firn/internal/strict"
	"firn/server/internal/notes"
	"firn/server/internal/refusal"
	"firn/vault"
)

// The documents of a vault.
const (
	accessPolicyNote = "access-policy"
	lockNote         = "lock-policy"
)

// Policies are the policies of the vaults of an account. It may be used from many
// goroutines.
type Policies struct {
	notes   *notes.Notes
	arn     func(vaultName string) string
	actions []string
	now     func() time.Time

	cache     cache
	decisions decisions
	locking   sync.Mutex // held while a lock is read and then written anew
}

// New returns the policies that are among the notes of an account. It calls arn for the full
// name of a vault. A policy can name only the actions.
func New(n *notes.Notes, arn func(vaultName string) string, actions []string, now func() time.Time) *Policies {
	return &Policies{notes: n, arn: arn, actions: actions, now: now, decisions: newDecisions()}
}

// Document is VaultAccessPolicy and VaultLockPolicy: a policy as the text that the client
// wrote.
type Document struct {
	Policy string
}

// parse reads a body with a policy for a vault. A policy that could not be decided as its
// author meant it is refused with the message, which is the service's, and the reason.
func (p *Policies) parse(vaultName string, body []byte, message string) (Document, error) {
	var d Document
	if err := strict.Unambiguous(body, &d); err != nil {
		return Document{}, refusal.Serialization(err)
	}
	if d.Policy == "" {
		return Document{}, refusal.MissingParameter("Policy")
	}
	parsed, err := policy.Parse([]byte(d.Policy))
	if err == nil {
		err = parsed.Check(p.actions, p.arn(vaultName))
	}
	if err != nil {
		return Document{}, refusal.Invalid(fmt.Sprintf("%s (%s)", message, err))
	}
	return d, nil
}

// Set replaces the access policy of a vault by the one in the body of a request.
func (p *Policies) Set(ctx context.Context, vaultName string, body []byte) error {
	d, err := p.parse(vaultName, body, "The specified vault access policy is invalid. Provide a valid policy.")
	if err != nil {
		return err
	}
	return p.notes.Write(ctx, vaultName, accessPolicyNote, d)
}

// Get returns the access policy of a vault. ErrNotFound: it has none.
func (p *Policies) Get(ctx context.Context, vaultName string) (Document, error) {
	var d Document
	err := p.notes.Read(ctx, vaultName, accessPolicyNote, &d)
	if err == nil && d.Policy == "" {
		err = fmt.Errorf("the access policy of vault %q is damaged: it is empty", vaultName)
	}
	return d, err
}

// Remove removes the access policy of a vault. It succeeds also if there is none.
func (p *Policies) Remove(ctx context.Context, vaultName string) error {
	return p.notes.Remove(ctx, vaultName, accessPolicyNote)
}

// Decide decides a request by all policies that a vault has now: its access policy, and its
// lock policy, also while the lock is tested. If one of them denies it, it is denied. A vault
// that is not there has no policies.
func (p *Policies) Decide(ctx context.Context, vaultName string, r policy.Request) (policy.Decision, error) {
	policies, err := p.of(ctx, vaultName)
	if err != nil {
		return policy.Denied, err
	}
	var decided policy.Decision
	for _, one := range policies {
		decision, err := one.Decide(r)
		if err != nil {
			return policy.Denied, fmt.Errorf("deciding by the policies of vault %q: %w", vaultName, err)
		}
		if decision == policy.Denied {
			return policy.Denied, nil
		}
		if decision == policy.Allowed {
			decided = policy.Allowed
		}
	}
	return decided, nil
}

// of returns the policies of a vault.
func (p *Policies) of(ctx context.Context, vaultName string) ([]*policy.Policy, error) {
	access, err := p.Get(ctx, vaultName)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	lock, err := p.lock(ctx, vaultName)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	var policies []*policy.Policy
	for _, text := range []string{access.Policy, lock.Policy} {
		if text == "" {
			continue
		}
		parsed, err := p.cache.parse(text)
		if err != nil {
			return nil, fmt.Errorf("a policy of vault %q is damaged: %w", vaultName, err)
		}
		policies = append(policies, parsed)
	}
	return policies, nil
}
