package backups

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/source"
)

// checkRoots refuses what is no directory before a snapshot is begun.
func checkRoots(roots []string) error {
	for _, root := range roots {
		info, err := os.Stat(root)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no directory %q", root)
		}
		if err != nil {
			return source.Unreadable(root, err)
		}
		if !info.IsDir() {
			return cli.WithHint(fmt.Errorf("%q is not a directory", root),
				"for a single file, name its directory: firn backup VAULT DIR --include "+term.ShellCommand("/"+filepath.Base(root)))
		}
	}
	return nil
}
