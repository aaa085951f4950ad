package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ForTarget returns an error about a temporary file as one about target, the file that the
// temporary file becomes: the user knows no other name. prefix is the beginning of the
// temporary file's name. Other errors stay as they are.
func ForTarget(err error, prefix, target string) error {
	isTemporary := func(path string) bool { return strings.HasPrefix(filepath.Base(path), prefix) }
	if link, ok := errors.AsType[*os.LinkError](err); ok && isTemporary(link.Old) {
		return fmt.Errorf("%s %q: %w", link.Op, target, link.Err)
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok && isTemporary(path.Path) {
		return fmt.Errorf("%s %q: %w", path.Op, target, path.Err)
	}
	return err
}
