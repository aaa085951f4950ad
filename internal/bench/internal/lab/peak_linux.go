package lab

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// PeakMemory returns the peak of resident memory of an ended process in bytes. On Linux it
// includes the memory of the process that started it, so this program must stay small.
func PeakMemory(state *os.ProcessState) int64 {
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return used.Maxrss << 10 // the system reports KiB
}

// peakSoFar returns the peak of resident memory of a running process in bytes since the
// last call, and resets it.
func peakSoFar(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	kib, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	peak, err := strconv.ParseInt(string(kib), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the peak of process %d: %w", pid, err)
	}
	return peak << 10, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
