package lab

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

// StoredFile returns the path of the only file below dir with this size: a directory vault
// keeps an archive as one plain file.
func StoredFile(dir string, size int64) (string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Size() == size {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one archive of %d bytes in %q, got %q", size, dir, found)
	}
	return found[0], nil
}
