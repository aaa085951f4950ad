package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultLong = `Creates, lists, shows, checks and deletes vaults, and administers what a vault of Amazon
Glacier has beside archives: tags, policies, a lock, and a topic that is told of
jobs. The retrieval policy and provisioned capacity are those of an account.`

func (p *program) newVault() *cobra.Command {
	return group("vault", "Create, list, show, check, delete and administer vaults", vaultLong,
		p.newVaultCreate(), p.newVaultList(), p.newVaultShow(), p.newVaultDelete(), p.newVaultCheck(), p.newVaultNotify(),
		p.newVaultTag(), p.newVaultPolicy(), p.newVaultLock(), p.newVaultRetrievalPolicy(), p.newVaultCapacity())
}

// vaultObject is a vault on standard output.
type vaultObject struct {
	MessageType string     `json:"message_type"`
	Vault       string     `json:"vault"`
	Name        string     `json:"name"`
	ARN         string     `json:"arn"`
	Created     time.Time  `json:"created"`
	Inventoried *time.Time `json:"inventoried"` // null before the first inventory
	Archives    int64      `json:"archives"`    // as of then
	Bytes       int64      `json:"bytes"`       // as of then
}

func newVaultObject(place *vaulturl.Place, info vault.Info) vaultObject {
	o := vaultObject{
		MessageType: "vault", Vault: place.URL(info.Name), Name: info.Name, ARN: info.ARN,
		Created: info.Created, Archives: info.Archives, Bytes: info.Bytes,
	}
	if !info.Inventoried.IsZero() {
		o.Inventoried = &info.Inventoried
	}
	return o
}

// inPlace opens the place of a vault for one act.
func (p *program) inPlace(ctx context.Context, vaultArg string, act func(*vaulturl.Place) error) error {
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return err
	}
	place.OnDamage = p.damaged
	return p.explainVault(errors.Join(act(place), place.Close()), vaultArg)
}

// vaultStatuses are the exit statuses of the commands that ask for a vault.
func vaultStatuses() []status {
	return []status{statusDone, statusError, statusUsage, statusIncomplete, statusDenied, statusLocked, statusInterrupted}
}
