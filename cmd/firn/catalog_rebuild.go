package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/vault"
)

const catalogRebuildLong = `Makes a sound catalog of a damaged or lost one. What can be read of a damaged
catalog is saved into a new one, which takes its place; the damaged one stays
beside it. A sound catalog is left alone.

Then each VAULT is asked for the list of its archives, as "firn inventory" does
(--no-wait: exits with status 75). After that everything that the vaults hold can
be downloaded. The command may be stopped at any moment and run again.

Bring an export in with "firn catalog import": only it has all names again.`

const catalogRebuildExample = `  firn catalog rebuild image-backups film-archive
  firn catalog rebuild`

func (p *program) newCatalogRebuild() *cobra.Command {
	var o inventoryOptions
	cmd := &cobra.Command{
		Use:     "rebuild [VAULT...]",
		Short:   "Make a sound catalog of a damaged or lost one",
		Long:    catalogRebuildLong,
		Example: catalogRebuildExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.catalogRebuild(cmd.Context(), args, o)
		},
	}
	o.add(cmd.Flags())
	return exits(cmd, append(inventoryStatuses(), statusNotReady)...)
}

// rebuiltObject is what became of a catalog, on standard output.
type rebuiltObject struct {
	contentsObject
	Sound bool   `json:"sound"` // and so it was left alone
	Aside string `json:"aside"` // where the damaged one lies now; empty if there is none
	Lost  bool   `json:"lost"`  // some of it could not be read
}

func (p *program) catalogRebuild(ctx context.Context, vaults []string, o inventoryOptions) error {
	if err := p.needCatalog(); err != nil {
		return err
	}
	told, stop := p.showContents("read")
	r, err := catalog.Rebuild(ctx, p.catalogPath, catalog.Options{Now: p.now}, told)
	stop()
	if err != nil {
		return err
	}
	if err := p.tellRebuilt(r, len(vaults) > 0); err != nil {
		return err
	}
	return p.relist(ctx, vaults, o)
}

func (p *program) tellRebuilt(r catalog.Rebuilt, hasVaults bool) error {
	if p.json {
		return p.out.object(rebuiltObject{p.contentsObject("catalog_rebuild", r.Contents), r.Sound, r.Aside, r.Lost})
	}
	switch {
	case r.Items() == 0 && r.Aside == "":
		p.notice("the catalog is new and empty")
	case r.Sound:
		p.notice("the catalog is sound and was left alone")
	case r.Lost:
		p.notice(fmt.Sprintf("the catalog was damaged, and not all of it could be read; what could is in a new one, "+
			"and the old one lies in %q", r.Aside))
	default:
		p.notice(fmt.Sprintf("the catalog was damaged; all of it could be read and is in a new one, and the old one lies in %q", r.Aside))
	}
	if r.Items() > 0 {
		p.tellContents(r.Contents)
	}
	if !hasVaults {
		p.notice("what the vaults themselves hold comes back with: firn catalog rebuild VAULT...")
	}
	return nil
}

// relist brings the catalog up to each vault. All are asked for their lists before
// the first is waited for, so that they make them at the same time.
func (p *program) relist(ctx context.Context, vaults []string, o inventoryOptions) error {
	if len(vaults) < 2 || o.noWait {
		return p.each(vaults, func(vaultArg string) error { return p.inventoryOf(ctx, vaultArg, o) })
	}
	asking := o
	asking.noWait = true
	var waiting []string
	err := p.each(vaults, func(vaultArg string) error {
		err := p.inventoryOf(ctx, vaultArg, asking)
		if errors.Is(err, vault.ErrNotReady) {
			waiting = append(waiting, vaultArg)
			return nil
		}
		return err
	})
	if err != nil && endsAll(statusOf(err)) {
		return err
	}
	if waited := p.each(waiting, func(vaultArg string) error { return p.inventoryOf(ctx, vaultArg, o) }); waited != nil {
		return waited
	}
	return err
}

// rebuildCommand is what to type when the catalog is damaged.
func (p *program) rebuildCommand() string {
	args := []string{"firn", "catalog", "rebuild"}
	if usual, err := defaultCatalog(); err != nil || p.catalogPath != usual {
		args = append(args, "--catalog", p.catalogPath)
	}
	return shellCommand(args...) + " VAULT..."
}
