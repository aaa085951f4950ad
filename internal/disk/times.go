package disk

import (
	"fmt"
	"os"
	"time"
)

// SetModTime sets when an open file was last changed, as its file system can keep
// that. The caller knows that the file still has the name by which it was opened. A
// write that comes later counts as a change again.
func SetModTime(f *os.File, t time.Time) error {
	if !time.Unix(0, t.UnixNano()).Equal(t) {
		return fmt.Errorf("no file can have the time %s", t.Format(time.RFC3339))
	}
	return setModTime(f, t)
}
