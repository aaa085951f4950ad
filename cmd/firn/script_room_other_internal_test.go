//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// room is for scripts that run on Linux only: other systems let no process change
// what another may do.
func (p *processes) room(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("room: only on Linux")
}
