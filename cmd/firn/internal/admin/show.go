package admin

import (
	"context"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultShowLong = `Show the properties of a vault. The numbers of archives and bytes are those of
its last inventory, which may be a day old.`

func newVaultShow(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT",
		Short:   "Show a vault",
		Long:    vaultShowLong,
		Example: "  firn vault show image-backups",
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return showVault(cmd.Context(), p, place)
			})
		},
	}
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func showVault(ctx context.Context, p *cli.Program, place *vaulturl.Place) error {
	var info vault.Info
	err := p.Retry(ctx, func(ctx context.Context) (err error) {
		info, err = place.DescribeVault(ctx, place.Name)
		return err
	})
	if err != nil {
		return err
	}
	o := newVaultObject(place, info)
	if p.JSON {
		return p.Out.Object(o)
	}
	p.Out.Line("vault     %s", term.Show(o.Vault))
	if o.ARN != "" {
		p.Out.Line("arn       %s", term.Show(o.ARN))
	}
	p.Out.Line("created   %s", humane.Time(o.Created))
	if o.Inventoried == nil {
		p.Out.Line("archives  no inventory yet")
		return nil
	}
	p.Out.Line("archives  %d, %s as of %s", o.Archives, humane.Bytes(o.Bytes), humane.Time(*o.Inventoried))
	return nil
}
