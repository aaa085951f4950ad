package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/term"
	"firn/internal/home"
)

// PlaceCatalog sets the path of the catalog. If there is no default path, only a command that
// needs the catalog fails: see [Program.NeedCatalog].
func (p *Program) PlaceCatalog(cmd *cobra.Command) error {
	if p.CatalogPath == "" && cmd.Flags().Changed("catalog") {
		return WithHint(UsageError("--catalog names no file"), HelpHint(cmd))
	}
	if p.CatalogPath == "" {
		p.CatalogPath, _ = DefaultCatalog()
	}
	return nil
}

// DefaultCatalog returns the path of the catalog that is used without --catalog.
func DefaultCatalog() (string, error) {
	dir, err := home.Data()
	if err != nil {
		return "", fmt.Errorf("the location of the catalog is unknown: %w; give it with --catalog FILE or the variable FIRN_CATALOG", err)
	}
	return filepath.Join(dir, "firn", "catalog.db"), nil
}

// NeedCatalog returns an error if the catalog has no path.
func (p *Program) NeedCatalog() error {
	if p.CatalogPath != "" {
		return nil
	}
	_, err := DefaultCatalog()
	return err
}

// HasCatalog reports whether the catalog exists.
func (p *Program) HasCatalog() (bool, error) {
	if err := p.NeedCatalog(); err != nil {
		return false, err
	}
	_, err := os.Stat(p.CatalogPath)
	return !errors.Is(err, fs.ErrNotExist), nil
}

// rebuildCommand returns the command to type when the catalog is damaged.
func (p *Program) rebuildCommand() string {
	args := []string{"firn", "catalog", "rebuild"}
	if usual, err := DefaultCatalog(); err != nil || p.CatalogPath != usual {
		args = append(args, "--catalog", p.CatalogPath)
	}
	return term.ShellCommand(args...) + " VAULT..."
}

// OpenCatalog opens the catalog that --catalog names. The caller closes it.
func (p *Program) OpenCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if err := p.NeedCatalog(); err != nil {
		return nil, err
	}
	return catalog.Open(ctx, p.CatalogPath, catalog.Options{Now: p.Now})
}

// OpenKnownCatalog opens the catalog, and refuses to create a new one.
func (p *Program) OpenKnownCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if err := p.NeedKnownCatalog(); err != nil {
		return nil, err
	}
	return p.OpenCatalog(ctx)
}

// NeedKnownCatalog returns an error if the catalog does not exist.
func (p *Program) NeedKnownCatalog() error {
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		return WithHint(fmt.Errorf("there is no catalog %q yet", p.CatalogPath),
			"--catalog or FIRN_CATALOG names it; to make a new one: firn catalog rebuild VAULT...")
	}
	return nil
}
