package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"firn/internal/policy"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// accountOf returns the account that the path names.
func (s *Server) accountOf(c *call) (*account, error) {
	if c.target.account == "-" {
		c.target.account = c.key.Account
	}
	a := s.accounts[c.target.account]
	if a == nil || c.target.account != c.key.Account && c.target.vault == "" {
		return nil, refusal.AccessDenied("These credentials do not belong to account " + c.target.account + ".")
	}
	return a, nil
}

// keepDecision makes sure that what the policies decide about a call stays true until the
// caller calls done. Operations that read or stream do without: reading changes nothing, and
// the policies decide again at the end of a stream. So a client that is slow keeps nobody
// waiting.
func (a *account) keepDecision(ctx context.Context, c *call) (done func(), err error) {
	switch {
	case c.op.decides:
		return a.policies.Change(ctx)
	case c.op.effect == reads || c.op.streams:
		return func() {}, nil
	}
	return a.policies.Keep(ctx)
}

// authorize refuses what the key may not do. In its own account a key may do all that no policy
// denies, unless the key is read-only. In another account it may do only what a policy of the
// vault allows and none denies.
func (a *account) authorize(ctx context.Context, c *call) error {
	own := a.id == c.key.Account
	switch {
	case a.options.ReadOnly && c.op.effect != reads:
		return a.notAuthorized(c, "because the vaults are served to be read only")
	case c.key.ReadOnly && c.op.effect != reads:
		return a.notAuthorized(c, "because the key is read-only")
	case !wire.IsVaultName(c.target.vault):
		if own {
			return nil // the operation will say that the name is wrong
		}
		return a.notAuthorized(c, "")
	}
	decision, err := a.policies.Decide(ctx, c.target.vault, a.policyRequest(ctx, c))
	switch {
	case err != nil:
		return err
	case decision == policy.Denied:
		return a.notAuthorized(c, "with an explicit deny in a policy of the vault")
	case decision == policy.Silent && !own:
		return a.notAuthorized(c, "")
	}
	return nil
}

func (a *account) notAuthorized(c *call, why string) error {
	return refusal.AccessDenied(strings.TrimSpace(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s",
		c.key.arn(), c.op.action(), a.arn(c.target.vault), why)))
}

// action returns the name of the operation in policies.
func (o operation) action() string { return "glacier:" + o.name }

// actions returns all actions that a policy can name.
func actions() []string {
	var all []string
	for _, op := range routes() {
		all = append(all, op.action())
	}
	return all
}

// policyRequest describes a call in the terms of policies.
func (a *account) policyRequest(ctx context.Context, c *call) policy.Request {
	return policy.Request{
		Principal: policy.Principal{Account: c.key.Account, ARN: c.key.arn()},
		Action:    c.op.action(),
		Resource:  a.arn(c.target.vault),
		Value:     func(key string) (string, bool, error) { return a.conditionValue(ctx, c, key) },
	}
}

// conditionValue returns the value that a call has for a condition key. It is false if the
// call has none.
func (a *account) conditionValue(ctx context.Context, c *call, key string) (string, bool, error) {
	if tag, ok := strings.CutPrefix(key, policy.TagKey); ok {
		return a.tagValue(ctx, c.target.vault, tag)
	}
	switch key {
	case policy.ArchiveAge:
		return a.archiveAge(ctx, c)
	case policy.CurrentTime:
		return a.options.Now().UTC().Format(time.RFC3339), true, nil
	case policy.EpochTime:
		return strconv.FormatInt(a.options.Now().Unix(), 10), true, nil
	case policy.SecureTransport:
		return strconv.FormatBool(c.r.TLS != nil), true, nil
	case policy.SourceIP:
		host, _, err := net.SplitHostPort(c.r.RemoteAddr)
		return host, err == nil, nil
	case policy.UserAgent:
		if len(c.r.UserAgent()) > maxUserAgent { // a long pattern would take seconds to match it
			return "", false, refusal.Invalid(fmt.Sprintf("Invalid user-agent: a policy of the vault asks for it, and it has more than %d bytes.", maxUserAgent))
		}
		return c.r.UserAgent(), c.r.UserAgent() != "", nil
	case policy.PrincipalARN:
		return c.key.arn(), true, nil
	case policy.PrincipalAccount:
		return c.key.Account, true, nil
	case policy.UserName:
		return c.key.User, c.key.User != "", nil
	}
	return "", false, fmt.Errorf("nothing is known of the condition key %s", key)
}

// tagValue returns the value of the tag of a vault whose key in lower case is key. If there are
// several, it is the first one in the order of the keys.
func (a *account) tagValue(ctx context.Context, vaultName, key string) (string, bool, error) {
	tags, err := a.tagsOf(ctx, vaultName)
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		if strings.ToLower(k) == key {
			return tags[k], true, err
		}
	}
	return "", false, err
}

// archiveAge returns the age in whole days of the archive that the path names.
func (a *account) archiveAge(ctx context.Context, c *call) (string, bool, error) {
	if c.op.name != "DeleteArchive" || !wire.IsID(c.target.id) {
		return "", false, nil
	}
	archive, err := a.store.Archive(ctx, c.target.vault, vault.ArchiveID(c.target.id))
	if errors.Is(err, vault.ErrNotFound) {
		return "", false, nil
	}
	age := a.options.Now().Sub(archive.Created)
	return strconv.Itoa(int(max(0, age) / (24 * time.Hour))), err == nil, err
}
