package records

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const catalogCheckLong = `Reads the whole catalog, checks every page of it, and compares what stands in it
twice. It changes nothing, and may run while others use the catalog; at ten
million archives it takes some minutes.`

func newCatalogCheck(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Prove that the catalog is sound",
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
	p.Notice("the catalog is sound")
	tellContents(p, n)
	return nil
}
