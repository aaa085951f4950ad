//go:build linux

package main

import (
	"os"
	"runtime"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// bound makes the modes of files apply to the following commands of a script, also if root
// runs the tests. The thread that starts the commands ends with the script.
func bound(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: bound")
	}
	if os.Getuid() != 0 {
		return
	}
	runtime.LockOSThread()
	for _, overrides := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		ts.Check(unix.Prctl(unix.PR_CAPBSET_DROP, overrides, 0, 0, 0))
	}
}
