//go:build !linux

package disk

import "os"

// WillRead reports that the system takes no advice on what is read soon.
func WillRead(*os.File, int64, int64) bool { return false }
