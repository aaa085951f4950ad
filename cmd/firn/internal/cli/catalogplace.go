package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/term"
	"firn/internal/home"
)

// PlaceCatalog finds out where the catalog is. That it is nowhere is told only to a
// command that needs it: see needCatalog.
func (p *Program) PlaceCatalog(cmd *cobra.Command) error {
	if p.CatalogPath == "" && cmd.Flags().Changed("catalog") {
		return WithHint(UsageError("--catalog names no file"), HelpHint(cmd))
	}
	if p.CatalogPath == "" {
		p.CatalogPath, _ = DefaultCatalog()
	}
	return nil
}

// DefaultCatalog is where the catalog is unless the user says otherwise.
func DefaultCatalog() (string, error) {
	dir, err := home.Data()
	if err != nil {
		return "", fmt.Errorf("it is not known where the catalog is: %w; say it with --catalog FILE or the variable FIRN_CATALOG", err)
	}
	return filepath.Join(dir, "firn", "catalog.db"), nil
}

// NeedCatalog is the error of a command that needs a catalog which has no place.
func (p *Program) NeedCatalog() error {
	if p.CatalogPath != "" {
		return nil
	}
	_, err := DefaultCatalog()
	return err
}

// HasCatalog reports whether the catalog is there.
func (p *Program) HasCatalog() (bool, error) {
	if err := p.NeedCatalog(); err != nil {
		return false, err
	}
	_, err := os.Stat(p.CatalogPath)
	return !errors.Is(err, fs.ErrNotExist), nil
}

// rebuildCommand is what to type when the catalog is damaged.
func (p *Program) rebuildCommand() string {
	args := []string{"firn", "catalog", "rebuild"}
	if usual, err := DefaultCatalog(); err != nil || p.CatalogPath != usual {
		args = append(args, "--catalog", p.CatalogPath)
	}
	return term.ShellCommand(args...) + " VAULT..."
}
