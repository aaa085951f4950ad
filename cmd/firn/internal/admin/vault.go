// Package admin has the commands that administer vaults (create, show, check, lock, tag, empty
// and delete them), and firn delete.
package admin

import (
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultLong = `Create, list, show, check and delete vaults, and manage the settings of an
Amazon Glacier vault: notifications, tags, access policy and lock. The data
retrieval policy and provisioned capacity belong to an account.`

const vaultExample = `  firn vault create image-backups
  firn vault list
  firn vault check --scrub /srv/cold`

// NewVault returns the command firn vault.
func NewVault(p *cli.Program) *cobra.Command {
	cmd := cli.Group("vault", "Create, list, check, delete and administer vaults", vaultLong,
		newVaultCreate(p), newVaultList(p), newVaultShow(p), newVaultDelete(p), newVaultCheck(p), newVaultNotify(p),
		newVaultTag(p), newVaultPolicy(p), newVaultLock(p), newVaultRetrievalPolicy(p), newVaultCapacity(p))
	cmd.Example = vaultExample
	return cmd
}

// vaultChangeObject is a vault that was created or deleted, on standard output.
type vaultChangeObject struct {
	MessageType string `json:"message_type"` // created or deleted
	Vault       string `json:"vault"`
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
