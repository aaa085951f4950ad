package lab

import (
	"os"
	"syscall"
)

// PeakMemory returns the peak of resident memory of an ended process in bytes.
// Linux counts from the memory of the process that started it, so this program
// stays small.
func PeakMemory(state *os.ProcessState) int64 {
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return used.Maxrss << 10 // it is told in KiB
}
