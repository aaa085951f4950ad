package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"firn/internal/home"
)

// placeCatalog finds out where the catalog is. That it is nowhere is told only to a
// command that needs it: see needCatalog.
func (p *program) placeCatalog(cmd *cobra.Command) error {
	if p.catalogPath == "" && cmd.Flags().Changed("catalog") {
		return withHint(usageError("--catalog names no file"), helpHint(cmd))
	}
	if p.catalogPath == "" {
		p.catalogPath, _ = defaultCatalog()
	}
	return nil
}

// defaultCatalog is where the catalog is unless the user says otherwise.
func defaultCatalog() (string, error) {
	dir, err := home.Data()
	if err != nil {
		return "", fmt.Errorf("it is not known where the catalog is: %w; say it with --catalog FILE or the variable FIRN_CATALOG", err)
	}
	return filepath.Join(dir, "firn", "catalog.db"), nil
}

// needCatalog is the error of a command that needs a catalog which has no place.
func (p *program) needCatalog() error {
	if p.catalogPath != "" {
		return nil
	}
	_, err := defaultCatalog()
	return err
}

// hasCatalog reports whether the catalog is there.
func (p *program) hasCatalog() (bool, error) {
	if err := p.needCatalog(); err != nil {
		return false, err
	}
	_, err := os.Stat(p.catalogPath)
	return !errors.Is(err, fs.ErrNotExist), nil
}
