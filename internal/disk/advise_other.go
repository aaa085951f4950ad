//go:build !linux

package disk

import "os"

// WillRead reports that the system takes no advice on what is read soon.
func WillRead(*os.File, int64, int64) bool { return false }

// Memory reports that the system does not tell its memory.
func Memory() int64 { return 0 }
