package admin

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultListLong = `Lists the vaults of an account in a region, or those in a directory.

PLACE is a URL as for a vault, whose name does not matter (glacier:// alone is
enough), or the directory that holds the vaults. The numbers are as of each
vault's last inventory, which may be a day old.`

const vaultListExample = `  firn vault list
  firn vault list 'glacier://?region=us-west-2&profile=work'
  firn vault list /mnt/cold`

func newVaultList(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [PLACE]",
		Short:   "List vaults",
		Long:    vaultListLong,
		Example: vaultListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"glacier://"}
			}
			return listVaults(cmd.Context(), p, args[0])
		},
	}
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func listVaults(ctx context.Context, p *cli.Program, raw string) (err error) {
	place, err := vaulturl.OpenRoot(ctx, raw)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	place.OnDamage = p.Damaged
	vaults, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Info, error) bool) {
		return place.Vaults(ctx, "")
	})
	if err != nil {
		return err
	}
	table := term.NewTable(p.Out, false, "NAME", "CREATED", ">ARCHIVES", ">SIZE", "AS OF")
	for _, info := range vaults {
		if p.JSON {
			if err := p.Out.Object(newVaultObject(place, info)); err != nil {
				return err
			}
			continue
		}
		archives, size, asOf := "", "", "never counted"
		if !info.Inventoried.IsZero() {
			archives, size, asOf = fmt.Sprint(info.Archives), humane.Bytes(info.Bytes), humane.Time(info.Inventoried)
		}
		table.Add(info.Name, humane.Time(info.Created), archives, size, asOf)
	}
	table.End()
	return nil
}
