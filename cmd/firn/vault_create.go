package main

import (
	"context"

	"github.com/spf13/cobra"

	"firn/vault/vaulturl"
)

const vaultCreateLong = `Creates an empty vault and prints its URL. One that is there already stays as it
is. A directory is created with those above it.`

const vaultCreateExample = `  firn vault create 'glacier://image-backups?region=us-west-2'
  firn vault create /mnt/cold/image-backups`

func (p *program) newVaultCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "create VAULT",
		Short:   "Create a vault",
		Long:    vaultCreateLong,
		Example: vaultCreateExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.createVault(cmd.Context(), place)
			})
		},
	}
	return exits(cmd, vaultStatuses()...)
}

// createdObject is a vault that is there now, on standard output.
type createdObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
}

func (p *program) createVault(ctx context.Context, place *vaulturl.Place) error {
	err := p.retry(ctx, func(ctx context.Context) error { return place.CreateVault(ctx, place.Name) })
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if p.json {
		return p.out.object(createdObject{"created", url})
	}
	p.out.line("%s", show(url))
	return nil
}
