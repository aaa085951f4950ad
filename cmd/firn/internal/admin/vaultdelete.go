package admin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault/vaulturl"
)

const vaultDeleteLong = `Delete an empty vault, after asking. Amazon Glacier refuses to delete a vault
that contains archives, or contained some at its last inventory: delete the
archives, wait a day, and try again.`

func newVaultDelete(p *cli.Program) *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:     "delete VAULT",
		Aliases: []string{"rm"},
		Short:   "Delete an empty vault",
		Long:    vaultDeleteLong,
		Example: "  firn vault delete image-backups",
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return deleteVault(cmd.Context(), p, place, yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusRefused)...)
}

func deleteVault(ctx context.Context, p *cli.Program, place *vaulturl.Place, yes bool) error {
	url := place.URL(place.Name)
	if !yes {
		if err := p.Confirm(ctx, fmt.Sprintf("delete the vault %s?", url)); err != nil {
			return err
		}
	}
	err := p.Retry(ctx, func(ctx context.Context) error { return place.DeleteVault(ctx, place.Name) })
	if err != nil {
		return err
	}
	return tellVaultDeleted(p, url)
}

func tellVaultDeleted(p *cli.Program, url string) error {
	if p.JSON {
		return p.Out.Object(vaultChangeObject{"deleted", url})
	}
	if !p.Quiet {
		p.UI.Say("firn: deleted the vault %s", term.Show(url))
	}
	return nil
}
