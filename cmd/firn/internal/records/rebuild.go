package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/vault"
)

const catalogRebuildLong = `Rebuild a damaged or lost catalog. firn saves what is readable of a damaged
catalog into a new one, which replaces it, and keeps the damaged one beside it.
A sound catalog stays as it is.

firn then retrieves the inventory of each VAULT, as "firn inventory" does. After
that, everything in the vaults can be downloaded. The command can be interrupted
and run again at any time.

If you have an export, import it with "firn catalog import": only an export has
all names.`

const catalogRebuildExample = `  firn catalog rebuild image-backups film-archive
  firn catalog rebuild`

func newCatalogRebuild(p *cli.Program) *cobra.Command {
	var o inventoryOptions
	cmd := &cobra.Command{
		Use:     "rebuild [VAULT...]",
		Short:   "Rebuild a damaged or lost catalog",
		Long:    catalogRebuildLong,
		Example: catalogRebuildExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return catalogRebuild(cmd.Context(), p, args, o)
		},
	}
	o.Add(cmd.Flags())
	return cli.WithStatuses(cmd, append(inventoryStatuses(), cli.StatusNotReady)...)
}

// rebuiltObject is the result of a rebuild on standard output.
type rebuiltObject struct {
	contentsObject
	Sound bool   `json:"sound"` // the catalog was left unchanged
	Aside string `json:"aside"` // path of the damaged catalog; empty if there is none
	Lost  bool   `json:"lost"`  // a part of it could not be read
}

func catalogRebuild(ctx context.Context, p *cli.Program, vaults []string, o inventoryOptions) error {
	if err := p.NeedCatalog(); err != nil {
		return err
	}
	told, stop := showContents(p, "read")
	r, err := catalog.Rebuild(ctx, p.CatalogPath, catalog.Options{Now: p.Now}, told)
	stop()
	if err != nil {
		return err
	}
	if err := tellRebuilt(p, r, len(vaults) > 0); err != nil {
		return err
	}
	return relist(ctx, p, vaults, o)
}

func tellRebuilt(p *cli.Program, r catalog.Rebuilt, hasVaults bool) error {
	if p.JSON {
		return p.Out.Object(rebuiltObject{newContentsObject(p, "catalog_rebuild", r.Contents), r.Sound, r.Aside, r.Lost})
	}
	switch {
	case r.Items() == 0 && r.Aside == "":
		p.Notice("the catalog is new and empty")
	case r.Sound:
		p.Notice("the catalog is intact and was left alone")
	case r.Lost:
		p.Notice(fmt.Sprintf("the catalog was damaged and only partly readable; the readable part is in a new one, "+
			"and the old one is in %q", r.Aside))
	default:
		p.Notice(fmt.Sprintf("the catalog was damaged but fully readable; all of it is in a new one, and the old one is in %q", r.Aside))
	}
	if r.Items() > 0 {
		tellContents(p, r.Contents)
	}
	if !hasVaults {
		p.Notice("to add what the vaults hold: firn catalog rebuild VAULT...")
	}
	return nil
}

// relist reads the inventory of each vault into the catalog. It starts the jobs of all vaults
// before it waits for the first, so that they run at the same time.
func relist(ctx context.Context, p *cli.Program, vaults []string, o inventoryOptions) error {
	if len(vaults) < 2 || o.NoWait {
		return p.Each("vault", vaults, func(vaultArg string) error { return inventoryOf(ctx, p, vaultArg, o) })
	}
	asking := o
	asking.NoWait = true
	var waiting []string
	err := p.Each("vault", vaults, func(vaultArg string) error {
		err := inventoryOf(ctx, p, vaultArg, asking)
		if errors.Is(err, vault.ErrNotReady) {
			waiting = append(waiting, vaultArg)
			return nil
		}
		return err
	})
	if err != nil && cli.StatusOf(err).EndsAll() {
		return err
	}
	if waited := p.Each("vault", waiting, func(vaultArg string) error { return inventoryOf(ctx, p, vaultArg, o) }); waited != nil {
		return waited
	}
	return err
}
