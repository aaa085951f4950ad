package records

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/vault"
)

const catalogExportLong = `Write the whole catalog as JSON Lines: as a backup, for other tools, or for
"firn catalog import" on another machine. Other commands can use the catalog
meanwhile; the export is a consistent snapshot.

With -o, the file appears under its name only when it is complete and flushed to
the disk.`

const catalogExportExample = `  firn catalog export -o catalog-2026-06.jsonl
  firn catalog export | gzip > catalog.jsonl.gz`

// exportOptions are the options of firn catalog export.
type exportOptions struct {
	output string
	force  bool
}

func newCatalogExport(p *cli.Program) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write the catalog as JSON Lines",
		Long:    catalogExportLong,
		Example: catalogExportExample,
		Args:    cli.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return catalogExport(cmd.Context(), p, o)
		},
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "-", "write to `FILE`; - is standard output")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace an existing file")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

func catalogExport(ctx context.Context, p *cli.Program, o exportOptions) (err error) {
	c, err := p.OpenKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	told, stop := showContents(p, "written")
	var n catalog.Contents
	export := func(w io.Writer) (err error) {
		n, err = c.Export(ctx, w, told)
		return err
	}
	if o.output == "-" {
		err = export(p.Out)
	} else {
		err = cli.WriteWhole(o.output, o.force, export)
	}
	stop()
	switch {
	case errors.Is(err, vault.ErrExists):
		return cli.WithHint(cli.InClass(err, cli.ErrRefused), "choose another name with -o, or replace it: "+p.TypedWith("--force"))
	case err != nil:
		return err
	case o.output == "-":
		return nil
	case p.JSON:
		return p.Out.Object(newContentsObject(p, "catalog_export", n))
	}
	p.Notice(fmt.Sprintf("exported %s to %q", progress.Entries(n.Items()), o.output))
	tellContents(p, n)
	return nil
}
