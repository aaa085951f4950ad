//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// room exists only on Linux: on other systems no process can change the limits of another.
func (p *processes) room(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("room: only on Linux")
}
