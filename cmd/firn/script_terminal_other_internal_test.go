//go:build !linux

package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// terminal is implemented only on Linux.
func terminal(ts *testscript.TestScript) (typed, input *os.File) {
	ts.Fatalf("no terminal here")
	return nil, nil
}

// screen is implemented only on Linux.
func screen(ts *testscript.TestScript, _ bool, _ []string) { terminal(ts) }
