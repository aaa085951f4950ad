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
