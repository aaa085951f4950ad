//go:build !linux

package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

func bound(ts *testscript.TestScript, _ bool, _ []string) {
	if os.Getuid() == 0 {
		ts.Fatalf("root is bound by no mode here: run the tests as another user")
	}
}
