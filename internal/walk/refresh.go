package walk

import (
	"fmt"
	"os"
)

// Refresh reads the metadata of a regular file again, through an open file of it, and reports
// whether its size or its times are others than those in the entry. What only the name tells,
// such as extended attributes, stays as it is.
func (e *Entry) Refresh(f *os.File) (changed bool, err error) {
	now, err := describeOpen(f)
	if err != nil {
		return false, fmt.Errorf("read the metadata of %q: %w", e.Path, err)
	}
	return e.refresh(&now), nil
}

// refresh takes the metadata of the open file.
func (e *Entry) refresh(now *Entry) (changed bool) {
	changed = now.Size != e.Size || !now.ModTime.Equal(e.ModTime) || !now.ChangeTime.Equal(e.ChangeTime)
	now.Path, now.Xattrs, now.in = e.Path, e.Xattrs, e.in
	*e = *now
	return changed
}
