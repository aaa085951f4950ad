package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// clockEnv names the file with the difference between the clocks of a script and of the
// machine, in nanoseconds. All processes of a script read it with the time, so that hours can
// pass between two commands.
const clockEnv = "FIRN_TEST_CLOCK"

// scriptMain is main with the clock of the script.
func scriptMain() {
	p := newCommand(os.Args, os.Stdin, os.Stdout, os.Stderr)
	if path := os.Getenv(clockEnv); path != "" {
		p.Now = func() time.Time { return time.Now().Add(ahead(path)) }
	}
	os.Exit(int(supervise(p))) //nolint:forbidigo // this is main
}

// ahead returns the difference of the clocks. It panics if the file is invalid.
func ahead(path string) time.Duration {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	n, parsed := strconv.ParseInt(string(text), 10, 64)
	if err := errors.Join(err, parsed); err != nil {
		panic(err)
	}
	return time.Duration(n)
}

func later(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: later DURATION")
	}
	by, err := time.ParseDuration(args[0])
	ts.Check(err)
	path := ts.Getenv(clockEnv)
	next := filepath.Join(filepath.Dir(path), ".clock.next")
	ts.Check(os.WriteFile(next, strconv.AppendInt(nil, int64(ahead(path)+by), 10), 0o600))
	ts.Check(os.Rename(next, path))
}
