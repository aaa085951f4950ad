package server

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"firn/server/internal/access"
	"firn/server/internal/announce"
	"firn/server/internal/bounds"
	"firn/server/internal/notes"
	"firn/server/internal/retrieval"
	"firn/server/internal/uploads"
	"firn/server/internal/wire"
	"firn/vault"
)

// account is an account of a server: its vaults, and the documents about them and about
// itself. The operations are its methods.
type account struct {
	id       string // 12 digits
	store    Store
	options  Options
	uploads  *uploads.Uploads
	space    *bounds.Space
	jobRates bounds.JobRates

	notes     *notes.Notes
	policies  *access.Policies
	retrieval *retrieval.Limits

	announcer *announce.Announcer

	// changing is held while a document of the account, or of one of its vaults, is read
	// and then written anew.
	changing sync.Mutex
}

func newAccount(id string, store Store, o Options, space *bounds.Space) *account {
	fault := func(err error) { o.fault("", err) }
	documents := notes.New(store)
	a := &account{
		id:        id,
		store:     store,
		options:   o,
		uploads:   uploads.New(store, o.Now, fault),
		space:     space,
		notes:     documents,
		retrieval: retrieval.New(documents, o.Now, fault),
	}
	a.policies = access.New(a.notes, a.arn, actions(), o.Now)
	a.announcer = announce.New(announce.Config{
		Store: store, URLs: o.Topics, ARN: a.arn, TopicOf: a.topicOf, Now: o.Now, OnFault: fault,
	})
	return a
}

// ARN returns the service's full name of a vault.
func ARN(region, account, name string) string {
	return fmt.Sprintf("arn:aws:glacier:%s:%s:vaults/%s", region, account, name)
}

func (a *account) arn(name string) string { return ARN(a.options.Region, a.id, name) }

// location returns the value of a Location header for a vault, or for a thing in it.
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
