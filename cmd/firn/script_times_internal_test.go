package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// sameTime compares when two files were last changed.
func sameTime(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: sametime FILE FILE")
	}
	one, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	other, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if same := one.ModTime().Equal(other.ModTime()); same == neg {
		ts.Fatalf("%s was last changed %s, and %s %s", args[0], one.ModTime(), args[1], other.ModTime())
	}
}
