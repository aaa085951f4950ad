//go:build !linux

package disk

import "os"

// WillRead returns false: the system accepts no such advice.
func WillRead(*os.File, int64, int64) bool { return false }

// Memory returns 0: the system does not report its memory.
func Memory() int64 { return 0 }
