// Package retrieval keeps the data retrieval policy of an account, counts what the account
// retrieves by the tier Standard, and refuses what is more than the policy allows.
package retrieval

import (
	"context"
	"errors"
	"sync"
	"time"

	"firn/internal/strict"
	"firn/server/internal/notes"
	"firn/server/internal/refusal"
	"firn/vault"
	"firn/vault/administration"
)

// The documents of an account.
const (
	policyNote  = "retrieval-policy"
	countedNote = "retrievals"
)

// Policy is DataRetrievalPolicy.
type Policy struct {
	Rules []Rule // exactly one
}

// Rule is how much may be retrieved.
type Rule struct {
	BytesPerHour *int64 // of the strategy BytesPerHour alone
	Strategy     administration.LimitStrategy
}

func (p Policy) check() error {
	if len(p.Rules) != 1 {
		return refusal.Invalid("Invalid policy: it must have exactly one rule.")
	}
	rule := p.Rules[0]
	switch {
	case rule.Strategy == administration.LimitBytesPerHour && rule.BytesPerHour == nil:
		return refusal.MissingParameter("BytesPerHour")
	case rule.Strategy == administration.LimitBytesPerHour && *rule.BytesPerHour < 1:
		return refusal.Invalid("Invalid BytesPerHour: it must be at least 1.")
	case rule.Strategy == administration.LimitBytesPerHour:
		return nil
	case rule.Strategy == "":
		return refusal.MissingParameter("Strategy")
	case rule.Strategy != administration.LimitNone && rule.Strategy != administration.LimitFreeTier:
		return refusal.Invalid("Invalid Strategy: " + string(rule.Strategy))
	case rule.BytesPerHour != nil:
		return refusal.Invalid("Invalid BytesPerHour: the strategy " + string(rule.Strategy) + " has none.")
	}
	return nil
}

// Limits bounds the retrievals of an account by its policy. It may be used from many
// goroutines.
type Limits struct {
	notes   *notes.Notes
	now     func() time.Time
	onFault func(error)

	counting sync.Mutex // held while what was counted is read and then written anew
}

// New returns the limits by the policy that is among the notes of an account. It calls onFault
// to tell the operator what went wrong.
func New(n *notes.Notes, now func() time.Time, onFault func(error)) *Limits {
	return &Limits{notes: n, now: now, onFault: onFault}
}

// Set replaces the policy by the one in the body of a request.
func (l *Limits) Set(ctx context.Context, body []byte) error {
	var document struct{ Policy *Policy }
	if err := strict.Unambiguous(body, &document); err != nil {
		return refusal.Serialization(err)
	}
	if document.Policy == nil {
		return refusal.MissingParameter("Policy")
	}
	if err := document.Policy.check(); err != nil {
		return err
	}
	return l.notes.Write(ctx, notes.OfAccount, policyNote, document.Policy)
}

// Policy returns the policy of the account. If none was set, it limits nothing.
func (l *Limits) Policy(ctx context.Context) (Policy, error) {
	var p Policy
	err := l.notes.Read(ctx, notes.OfAccount, policyNote, &p)
	if errors.Is(err, vault.ErrNotFound) {
		return Policy{Rules: []Rule{{Strategy: administration.LimitNone}}}, nil
	}
	if err == nil {
		err = p.check()
	}
	return p, err
}
