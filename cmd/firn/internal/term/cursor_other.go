//go:build !windows

package term

import "os"

// movesCursor reports whether a terminal understands the sequences that move the cursor.
func movesCursor(*os.File) bool { return true }
