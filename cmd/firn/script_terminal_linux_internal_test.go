//go:build linux

package main

import (
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// terminal opens a terminal: the end for the user, and the end for the standard input of a
// process.
func terminal(ts *testscript.TestScript) (typed, input *os.File) {
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	ts.Defer(func() { _ = typed.Close() })
	ts.Check(unix.IoctlSetPointerInt(int(typed.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(typed.Fd()), unix.TIOCGPTN)
	ts.Check(err)
	input, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	return typed, input
}
