package server

import (
	"context"
	"errors"
	"net/http"

	"firn/internal/strict"
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
func (a *account) setRetrievalPolicy(ctx context.Context, c *call) (reply, error) {
	var body struct{ Policy *retrievalPolicy }
	if err := strict.Unambiguous(c.small, &body); err != nil {
		return reply{}, serialization(err)
	}
	if body.Policy == nil {
		return reply{}, missingParameter("Policy")
	}
	if err := body.Policy.check(); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.writeNote(ctx, ofAccount, retrievalPolicyNote, body.Policy)
}

func (p retrievalPolicy) check() error {
	if len(p.Rules) != 1 {
		return invalid("Invalid policy: it must have exactly one rule.")
	}
	rule := p.Rules[0]
	switch {
	case rule.Strategy == vault.LimitBytesPerHour && rule.BytesPerHour == nil:
		return missingParameter("BytesPerHour")
	case rule.Strategy == vault.LimitBytesPerHour && *rule.BytesPerHour < 1:
		return invalid("Invalid BytesPerHour: it must be at least 1.")
	case rule.Strategy == vault.LimitBytesPerHour:
		return nil
	case rule.Strategy == "":
		return missingParameter("Strategy")
	case rule.Strategy != vault.LimitNone && rule.Strategy != vault.LimitFreeTier:
		return invalid("Invalid Strategy: " + string(rule.Strategy))
	case rule.BytesPerHour != nil:
		return invalid("Invalid BytesPerHour: the strategy " + string(rule.Strategy) + " has none.")
	}
	return nil
}

func (a *account) getRetrievalPolicy(ctx context.Context, _ *call) (reply, error) {
	p, err := a.retrievalPolicy(ctx)
	return reply{status: http.StatusOK, body: struct{ Policy retrievalPolicy }{p}}, err
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
