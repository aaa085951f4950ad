package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
)

// How long a command may take to come to its end after the first signal. One
// that is blocked, in a read of standard input for example, is left behind then.
// Nothing is lost by that: the record is durable at any instant.
const (
	forceAfter = time.Second
	// With work in flight: the 10 s that parts of an upload and requests at a
	// server get, and a little to write it down.
	forceBusyAfter = 12 * time.Second
	// After another signal: a command that has told its result is closing its files,
	// and ends by itself with the status of that.
	lastMoment = 200 * time.Millisecond
)

// supervise runs the program to its end and returns its exit status.
//
// The first SIGINT, SIGTERM or SIGHUP ends the context, with ErrInterrupted as
// its cause; a second one ends the program at once. A command that has come to its
// end keeps its status, whatever signal comes then: signals are caught up to the exit
// of the process, so the caller exits soon. A reader that closed our standard output
// or error does not kill an upload: the write fails instead.
func supervise(p *cli.Program) cli.Status {
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup and background jobs ask for that
			signal.Notify(signals, s)
		}
	}

	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	ended := make(chan cli.Status, 1)
	go func() { ended <- run(ctx, p) }()

	select {
	case s := <-ended:
		return s
	case <-signals:
		stop(depot.ErrInterrupted)
	}
	patience := forceAfter
	if p.IsBusy() {
		patience = forceBusyAfter
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s := <-ended:
		return s
	case <-signals:
		timer.Reset(lastMoment)
	case <-timer.C:
		timer.Reset(0)
	}
	select {
	case s := <-ended:
		return s
	case <-timer.C:
	}
	select { // both may have been ready
	case s := <-ended:
		return s
	default:
		return p.Abandon()
	}
}
