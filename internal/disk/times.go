package disk

import (
	"fmt"
	"os"
	"time"
)

// SetModTime sets the modification time of an open file, with the precision of its file
// system. The caller guarantees that the file still has the name under which it was opened.
// A later write changes the time again.
func SetModTime(f *os.File, t time.Time) error {
	if !time.Unix(0, t.UnixNano()).Equal(t) {
		return fmt.Errorf("no file can have the time %s", t.Format(time.RFC3339))
	}
	return setModTime(f, t)
}
