// Package policy parses and evaluates the policies of vaults: resource policies in the
// language of AWS Identity and Access Management, as far as vault access policies and vault
// lock policies use it (IAM user guide, "JSON policy element reference"; Amazon Glacier
// developer guide, "Vault access policies").
//
// An accepted policy must be enforced. So [Parse] refuses everything that this package
// could not evaluate as intended: unknown elements, operators, condition keys and kinds of
// principal, and policy variables. Otherwise a statement that denies could be ignored and
// protect nothing.
package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"firn/internal/strict"
)

// MaxSize is the size of the largest policy in bytes: 20 KB (Amazon Glacier developer
// guide, "Set Vault Access Policy").
const MaxSize = 20 << 10

// Policy is a list of statements. It does not change after [Parse]; many goroutines may use
// it at once.
type Policy struct {
	statements []statement
}

// statement allows or denies some actions to some principals under conditions. It applies
// only if all its parts match.
type statement struct {
	denies     bool
	principals choice
	actions    choice
	resources  choice
	conditions []condition
}

// choice is a list of patterns, or everything that does not match a list of patterns.
type choice struct {
	patterns []string
	not      bool
}

// has reports whether the choice includes a value, given whether a pattern matches it.
func (c choice) has(matches func(pattern string) bool) bool {
	return slices.ContainsFunc(c.patterns, matches) != c.not
}

// The two versions of the language. A policy without a version uses the older one.
const (
	newVersion = "2012-10-17"
	oldVersion = "2008-10-17"
)

// Parse parses a policy. The error is a sentence that says why the policy cannot be
// enforced.
func Parse(text []byte) (*Policy, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("the policy has %d bytes, of at most %d", len(text), MaxSize)
	}
	var d document
	if err := strict.Decode(text, &d); err != nil {
		return nil, fmt.Errorf("the policy is not JSON of the form that policies have: %w", err)
	}
	if !slices.Contains([]string{"", newVersion, oldVersion}, d.Version) {
		return nil, fmt.Errorf("the version %q is neither %s nor %s", d.Version, newVersion, oldVersion)
	}
	if len(d.Statement) == 0 {
		return nil, errors.New("the policy has no Statement")
	}
	p := &Policy{}
	for i, s := range d.Statement {
		is, err := s.parse(d.Version)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		p.statements = append(p.statements, is)
	}
	return p, nil
}

// Check returns an error if a statement of the policy can never apply: if it is about none
// of the actions (such as "glacier:DeleteArchive"), about another resource than the one on
// which the policy is set, or about nobody.
func (p *Policy) Check(actions []string, resource string) error {
	for i, s := range p.statements {
		if err := s.check(actions, resource); err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return nil
}

func (s statement) check(actions []string, resource string) error {
	for _, pattern := range s.actions.patterns {
		if !slices.ContainsFunc(actions, func(a string) bool { return matchesAction(pattern, a) }) {
			return fmt.Errorf("there is no action %q", pattern)
		}
	}
	if !slices.ContainsFunc(actions, s.isAbout) {
		return errors.New("its NotAction leaves no action")
	}
	for _, pattern := range s.resources.patterns {
		if !s.resources.not && !matches(pattern, resource) {
			return fmt.Errorf("the resource %q is not %q, which the policy is for", pattern, resource)
		}
	}
	if !s.resources.has(func(pattern string) bool { return matches(pattern, resource) }) {
		return fmt.Errorf("its NotResource leaves out %q, which the policy is for", resource)
	}
	if s.principals.not && slices.Contains(s.principals.patterns, anybody) {
		return errors.New("its NotPrincipal leaves nobody")
	}
	return nil
}

// isAbout reports whether the statement applies to an action.
func (s statement) isAbout(action string) bool {
	return s.actions.has(func(pattern string) bool { return matchesAction(pattern, action) })
}

// Principal identifies the sender of a request.
type Principal struct {
	Account string // 12 digits
	ARN     string // such as arn:aws:iam::123456789012:user/nas
}

// Request is a request to be allowed or denied.
type Request struct {
	Principal Principal
	Action    string // such as "glacier:DeleteArchive"
	Resource  string // ARN of the resource
	// Value returns the value of a condition key, which is one of the constants of this
	// package, and whether the request has one. Dates are in RFC 3339.
	Value func(key string) (value string, there bool, err error)
}

// Decision is the result of a policy for a request.
type Decision int

// The decisions. Silent means that no statement applies.
const (
	Silent Decision = iota
	Allowed
	Denied
)

// Decide evaluates the policy for a request. A statement that denies outweighs all that
// allow. An error, which always comes from [Request.Value], means that there is no
// decision: the caller must not proceed as if there were no policy.
func (p *Policy) Decide(r Request) (Decision, error) {
	decision := Silent
	for _, s := range p.statements {
		applies, err := s.appliesTo(r)
		switch {
		case err != nil:
			return Silent, err
		case applies && s.denies:
			return Denied, nil
		case applies:
			decision = Allowed
		}
	}
	return decision, nil
}

func (s statement) appliesTo(r Request) (bool, error) {
	named := r.Principal.isNamed
	if s.principals.not {
		named = r.Principal.isExempt
	}
	if !s.principals.has(named) || !s.isAbout(r.Action) ||
		!s.resources.has(func(pattern string) bool { return matches(pattern, r.Resource) }) {
		return false, nil
	}
	for _, c := range s.conditions {
		value, there, err := r.Value(c.key)
		if err != nil {
			return false, fmt.Errorf("the condition key %s: %w", c.key, err)
		}
		if !c.holds(value, there) {
			return false, nil
		}
	}
	return true, nil
}

// isNamed reports whether a principal of a policy includes p: everybody, p's whole account
// in either form, or p.
func (p Principal) isNamed(name string) bool {
	return name == anybody || name == p.ARN || name == p.Account || name == rootOf(p.Account)
}

// isExempt reports whether a name in NotPrincipal includes p. The name of an account
// includes only its root user: NotPrincipal must name the account in addition to an exempt
// user of it, but that exempts no other user (IAM user guide, "NotPrincipal").
func (p Principal) isExempt(name string) bool {
	root := rootOf(p.Account)
	return name == anybody || name == p.ARN || p.ARN == root && name == p.Account
}

// rootOf returns the ARN of an account as a whole.
func rootOf(account string) string { return "arn:aws:iam::" + account + ":root" }

// matchesAction compares actions, which are not case-sensitive.
func matchesAction(pattern, action string) bool {
	return matches(strings.ToLower(pattern), strings.ToLower(action))
}
