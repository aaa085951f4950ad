//go:build !linux

package main

import (
	"os"
	"os/exec"

	"github.com/rogpeppe/go-internal/testscript"
)

// terminal is implemented only on Linux.
func terminal(ts *testscript.TestScript) (typed, input *os.File) {
	ts.Fatalf("no terminal here")
	return nil, nil
}

// printScreen is implemented only on Linux.
func printScreen(ts *testscript.TestScript, _ bool, _ []string) { terminal(ts) }

func atTerminal(ts *testscript.TestScript, _ *exec.Cmd, _ *os.File, _, _ int) {
	ts.Fatalf("no terminal here")
}
