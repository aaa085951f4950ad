package admin

import (
	"context"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault/vaulturl"
)

const vaultCreateLong = `Create an empty vault and print its URL. If the vault exists, it stays as it is.
For a directory, firn also creates the parent directories.`

const vaultCreateExample = `  firn vault create 'glacier://image-backups?region=us-west-2'
  firn vault create /mnt/cold/image-backups`

func newVaultCreate(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "create VAULT",
		Short:   "Create a vault",
		Long:    vaultCreateLong,
		Example: vaultCreateExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return createVault(cmd.Context(), p, place)
			})
		},
	}
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func createVault(ctx context.Context, p *cli.Program, place *vaulturl.Place) error {
	err := p.Retry(ctx, func(ctx context.Context) error { return place.CreateVault(ctx, place.Name) })
	if err != nil {
		return cli.URLError(err) // the name of the vault may be invalid
	}
	url := place.URL(place.Name)
	if p.JSON {
		return p.Out.Object(vaultChangeObject{"created", url})
	}
	p.Out.Line("%s", term.Show(url))
	return nil
}
