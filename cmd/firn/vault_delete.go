package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"firn/vault/vaulturl"
)

const vaultDeleteLong = `Deletes an empty vault, after asking. A vault that holds archives, or held some
when it was last counted, is refused by the service: delete the archives, wait a
day, and try again.`

func (p *program) newVaultDelete() *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:     "delete VAULT",
		Short:   "Delete an empty vault",
		Long:    vaultDeleteLong,
		Example: "  firn vault delete image-backups",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.deleteVault(cmd.Context(), place, yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return exits(cmd, append(vaultStatuses(), statusRefused)...)
}

func (p *program) deleteVault(ctx context.Context, place *vaulturl.Place, yes bool) error {
	url := place.URL(place.Name)
	if !yes {
		if err := p.confirm(ctx, fmt.Sprintf("delete the vault %s?", url)); err != nil {
			return err
		}
	}
	err := p.retry(ctx, func(ctx context.Context) error { return place.DeleteVault(ctx, place.Name) })
	if err != nil {
		return err
	}
	if p.json {
		return p.out.object(createdObject{"deleted", url})
	}
	if !p.quiet {
		p.ui.say("firn: deleted the vault %s", show(url))
	}
	return nil
}
