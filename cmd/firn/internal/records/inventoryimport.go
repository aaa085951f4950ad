package records

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/reconcile"
	"firn/vault/vaulturl"
)

const inventoryImportLong = `Update the catalog from an inventory in a file that another tool has downloaded,
in the JSON or CSV format of Amazon Glacier. firn sends no request to the vault.

The file may be a part of the inventory, so archives that it does not list are
not marked as missing, unless --full says that it is complete.

A CSV file does not say when the vault made the inventory. firn takes the time
from --date, or else the modification time of the file. Lines that cannot be
parsed are skipped and counted.

firn recognises a file by its content: after an interruption the same command
continues, and a file that was read completely is not read again.`

const inventoryImportExample = `  firn inventory import image-backups inventory.json
  firn inventory import image-backups inventory.csv --full --date 2026-06-01`

func newInventoryImport(p *cli.Program) *cobra.Command {
	var o reconcile.ImportOptions
	var date cli.TimeFlag
	cmd := &cobra.Command{
		Use:     "import VAULT FILE",
		Short:   "Update the catalog from an inventory in a file",
		Long:    inventoryImportLong,
		Example: inventoryImportExample,
		Args:    cli.Takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Date = date.At(p.Now())
			return p.ExplainWait(inventoryImport(cmd.Context(), p, args[0], args[1], o))
		},
	}
	cmd.Flags().BoolVar(&o.Full, "full", false, "the file lists all archives of the vault")
	cmd.Flags().Var(&date, "date", "the vault made the inventory at `TIME`")
	return cli.WithStatuses(cmd, inventoryStatuses()...)
}

func inventoryImport(ctx context.Context, p *cli.Program, vaultArg, path string, o reconcile.ImportOptions) (err error) {
	if o.VaultURL, err = p.CanonicalURL(ctx, vaultArg); err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	if o.VaultName, o.Region, err = owner(o.VaultURL); err != nil {
		return err
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	shown := progress.StartInventory(p)
	p.BeginWork("continue with: " + p.Typed())
	d := p.Depot(nil, c, 0)
	d.Reading = shown.Reading
	report, err := reconcile.Import(ctx, d, path, o)
	shown.Stop()
	if err != nil {
		return err
	}
	return tellInventory(ctx, p, c, report)
}

// owner returns the name and the region of the vault that an inventory must contain. They are
// empty if the vault is no Glacier vault: such a vault takes any inventory.
func owner(vaultURL string) (name, region string, err error) {
	ref, err := vaulturl.Parse(vaultURL)
	if err != nil || ref.Kind != vaulturl.Glacier {
		return "", "", err
	}
	u, err := url.Parse(vaultURL)
	if err != nil || strings.Contains(u.Query().Get("endpoint"), "://") {
		return ref.Name, "", err // a server of one's own may write any region
	}
	return ref.Name, ref.Region, nil
}
