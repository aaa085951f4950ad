package server

import (
	"context"
	"errors"
	"net/http"

	"firn/internal/strict"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// retrievalPolicy is DataRetrievalPolicy: how much may be retrieved.
type retrievalPolicy struct {
	Rules []retrievalRule
}

type retrievalRule struct {
	BytesPerHour *int64
	Strategy     vault.LimitStrategy
}

// setRetrievalPolicy replaces the data retrieval policy of the account.
func (a *account) setRetrievalPolicy(ctx context.Context, c *call) (wire.Reply, error) {
	var body struct{ Policy *retrievalPolicy }
	if err := strict.Unambiguous(c.small, &body); err != nil {
		return wire.Reply{}, refusal.Serialization(err)
	}
	if body.Policy == nil {
		return wire.Reply{}, refusal.MissingParameter("Policy")
	}
	if err := body.Policy.check(); err != nil {
		return wire.Reply{}, err
	}
	return wire.Reply{Status: http.StatusNoContent}, a.writeNote(ctx, ofAccount, retrievalPolicyNote, body.Policy)
}

func (p retrievalPolicy) check() error {
	if len(p.Rules) != 1 {
		return refusal.Invalid("Invalid policy: it must have exactly one rule.")
	}
	rule := p.Rules[0]
	switch {
	case rule.Strategy == vault.LimitBytesPerHour && rule.BytesPerHour == nil:
		return refusal.MissingParameter("BytesPerHour")
	case rule.Strategy == vault.LimitBytesPerHour && *rule.BytesPerHour < 1:
		return refusal.Invalid("Invalid BytesPerHour: it must be at least 1.")
	case rule.Strategy == vault.LimitBytesPerHour:
		return nil
	case rule.Strategy == "":
		return refusal.MissingParameter("Strategy")
	case rule.Strategy != vault.LimitNone && rule.Strategy != vault.LimitFreeTier:
		return refusal.Invalid("Invalid Strategy: " + string(rule.Strategy))
	case rule.BytesPerHour != nil:
		return refusal.Invalid("Invalid BytesPerHour: the strategy " + string(rule.Strategy) + " has none.")
	}
	return nil
}

func (a *account) getRetrievalPolicy(ctx context.Context, _ *call) (wire.Reply, error) {
	p, err := a.retrievalPolicy(ctx)
	return wire.Reply{Status: http.StatusOK, Body: struct{ Policy retrievalPolicy }{p}}, err
}

// retrievalPolicy returns the policy of the account; without one nothing is
// limited.
func (a *account) retrievalPolicy(ctx context.Context) (retrievalPolicy, error) {
	var p retrievalPolicy
	err := a.readNote(ctx, ofAccount, retrievalPolicyNote, &p)
	if errors.Is(err, vault.ErrNotFound) {
		return retrievalPolicy{Rules: []retrievalRule{{Strategy: vault.LimitNone}}}, nil
	}
	if err == nil {
		err = p.check()
	}
	return p, err
}
