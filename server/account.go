package server

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"firn/server/internal/bounds"
	"firn/server/internal/wire"
	"firn/vault"
)

// account is one account of a server: its vaults and all that the service keeps
// for it. The operations are its methods.
type account struct {
	id          string // 12 digits
	store       Store
	options     Options
	uploads     *uploadMemory
	openUploads *openUploads
	space       *bounds.Space
	jobRates    bounds.JobRates

	policies policyCache
	// decided stands from the decision that an operation is allowed to the end of what
	// it does, and is changed with what decides: so what was decided by an old policy is
	// done before the new one is told to be there.
	decided decisions

	announcements *announcements
	poster        *poster

	// changing is held by whoever reads a document of the account's, or of one of
	// its vaults, and then writes it anew.
	changing sync.Mutex
}

func newAccount(id string, store Store, o Options, space *bounds.Space) *account {
	return &account{
		id:            id,
		store:         store,
		options:       o,
		uploads:       newUploadMemory(),
		openUploads:   newOpenUploads(store, o.Now, o.fault),
		decided:       newDecisions(),
		space:         space,
		announcements: newAnnouncements(store, o.fault),
		poster:        newPoster(o.Topics, o.Now),
	}
}

// ARN returns the service's full name of a vault.
func ARN(region, account, name string) string {
	return fmt.Sprintf("arn:aws:glacier:%s:%s:vaults/%s", region, account, name)
}

func (a *account) arn(name string) string { return ARN(a.options.Region, a.id, name) }

// location returns the value of a Location header for something in a vault.
func (a *account) location(segments ...string) string {
	return "/" + a.id + "/vaults/" + strings.Join(segments, "/")
}

// open returns the vault that the path names.
func (a *account) open(ctx context.Context, c *call) (vault.Vault, error) {
	if !wire.IsVaultName(c.target.vault) {
		return nil, a.vaultNotFound(c.target.vault)
	}
	v, err := a.store.Open(ctx, c.target.vault)
	if err != nil {
		return nil, a.orVaultNotFound(err, c.target.vault)
	}
	return v, nil
}
