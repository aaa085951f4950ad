package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

const catalogCheckLong = `Reads the whole catalog, checks every page of it, and compares what stands in it
twice. It changes nothing, and may run while others use the catalog; at ten
million archives it takes some minutes.`

func (p *program) newCatalogCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Prove that the catalog is sound",
		Long:    catalogCheckLong,
		Example: "  firn catalog check",
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.catalogCheck(cmd.Context())
		},
	}
	return exits(cmd, statusDone, statusError, statusUsage, statusLocked, statusDamaged, statusInterrupted)
}

func (p *program) catalogCheck(ctx context.Context) (err error) {
	c, err := p.openKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	told, stop := p.showContents("read")
	n, err := c.Check(ctx, told)
	stop()
	if err != nil {
		return err
	}
	if p.json {
		return p.out.object(p.contentsObject("catalog_check", n))
	}
	p.notice("the catalog is sound")
	p.tellContents(n)
	return nil
}
