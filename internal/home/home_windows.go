package home

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// surroundings is empty on Windows, which has known folders.
type surroundings struct{}

func here() surroundings { return surroundings{} }

func (surroundings) data() (string, error) {
	if !filepath.IsAbs(xdg.DataHome) {
		return "", ErrNone
	}
	return xdg.DataHome, nil
}

func (surroundings) config() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	return dir, nil
}

func (surroundings) cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	return dir, nil
}
