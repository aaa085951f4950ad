package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/internal/disk"
	"firn/vault"
)

const catalogExportLong = `Writes everything on record as JSON Lines: a copy to keep elsewhere, to read with
other tools, or to bring to another machine with "firn catalog import". It may
run while others use the catalog, and is what one moment left.

With -o the file gets its name when it is complete and safe on the disk.`

const catalogExportExample = `  firn catalog export -o catalog-2026-06.jsonl
  firn catalog export | gzip > catalog.jsonl.gz`

// exportOptions are the options of firn catalog export.
type exportOptions struct {
	output string
	force  bool
}

func (p *program) newCatalogExport() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write everything on record as JSON Lines",
		Long:    catalogExportLong,
		Example: catalogExportExample,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.catalogExport(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "-", "write to this `FILE`; - is standard output")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace a file that is there")
	return exits(cmd, statusDone, statusError, statusUsage, statusLocked, statusDamaged, statusRefused, statusInterrupted)
}

func (p *program) catalogExport(ctx context.Context, o exportOptions) (err error) {
	c, err := p.openKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	told, stop := p.showContents("written")
	var n catalog.Contents
	export := func(w io.Writer) (err error) {
		n, err = c.Export(ctx, w, told)
		return err
	}
	if o.output == "-" {
		err = export(p.out)
	} else {
		err = writeWhole(o.output, o.force, export)
	}
	stop()
	switch {
	case errors.Is(err, vault.ErrExists):
		return withHint(&classError{err, errRefused}, "choose another name with -o, or replace it: "+p.typedWith("--force"))
	case err != nil:
		return err
	case o.output == "-":
		return nil
	case p.json:
		return p.out.object(p.contentsObject("catalog_export", n))
	}
	p.notice(fmt.Sprintf("exported %s to %q", entries(n.Items()), o.output))
	p.tellContents(n)
	return nil
}

// writeWhole makes a file that is complete and durable before it has its name. One
// that is there, or appears meanwhile, is replaced only by force; else the error
// wraps vault.ErrExists.
func writeWhole(path string, force bool, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%q %w", path, vault.ErrExists)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err == nil {
		err = name(f.Name(), path, force)
	}
	if err := os.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) { // renamed, or worth nothing
		return err
	}
	return errors.Join(err, disk.SyncDirectory(filepath.Dir(path)))
}

// name gives a file its name. Without force it is a link, which, unlike a rename,
// never replaces anything.
func name(temporary, path string, force bool) error {
	if !force {
		err := os.Link(temporary, path)
		if err == nil {
			return nil
		}
		if _, there := os.Lstat(path); there == nil {
			return fmt.Errorf("%q %w", path, vault.ErrExists)
		}
		// A file system without links.
	}
	return os.Rename(temporary, path)
}
