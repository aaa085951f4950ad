package dirvault_test

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// bind makes the processes that this goroutine starts from now on be bound by the modes of
// files, as root is not. The goroutine's thread ends with it.
func bind() error {
	runtime.LockOSThread()
	for _, overrides := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, overrides, 0, 0, 0); err != nil {
			return err
		}
	}
	return nil
}
