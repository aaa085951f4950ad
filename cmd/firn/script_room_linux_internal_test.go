//go:build linux

package main

import (
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"firn/cmd/firn/internal/term"
)

// room simulates a full disk for one process by its limit of file sizes, which needs no privilege
// and does not affect other processes.
func (p *processes) room(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: room NAME [SIZE]")
	}
	pid := p.get(ts, args[0]).Process.Pid
	var limit unix.Rlimit
	ts.Check(unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit))
	limit.Cur = limit.Max
	if len(args) == 2 {
		size, err := term.ParseSize(args[1])
		ts.Check(err)
		limit.Cur = uint64(size)
	}
	ts.Check(unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil))
}
