package records

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const catalogCheckLong = `Read the whole catalog, check every page, and compare what it stores twice. This
changes nothing, and other commands can use the catalog meanwhile. With ten
million archives it takes some minutes.`

func newCatalogCheck(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Check the catalog",
		Long:    catalogCheckLong,
		Example: "  firn catalog check",
		Args:    cli.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return catalogCheck(cmd.Context(), p)
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

func catalogCheck(ctx context.Context, p *cli.Program) (err error) {
	c, err := p.OpenKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	told, stop := showContents(p, "read")
	n, err := c.Check(ctx, told)
	stop()
	if err != nil {
		return err
	}
	if p.JSON {
		return p.Out.Object(newContentsObject(p, "catalog_check", n))
	}
	p.Notice("the catalog is intact")
	tellContents(p, n)
	return nil
}
