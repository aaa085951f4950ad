package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"firn"
)

// forceAfter is how long a command may take to come to its end after the first
// signal: the 10 s that parts in flight get, and a little to write it down. A
// command that is blocked, in a read of standard input for one, is left behind
// then. Nothing is lost by that: the record is durable at any instant.
const forceAfter = 12 * time.Second

// supervise runs the program to its end and returns its exit status.
//
// The first SIGINT, SIGTERM or SIGHUP ends the context, with ErrInterrupted as
// its cause; a second one ends the program at once. A reader that closed our
// standard output or error does not kill an upload: the write fails instead.
func supervise(p *program) status {
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup and background jobs ask for that
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)

	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	ended := make(chan status, 1)
	go func() { ended <- p.run(ctx) }()

	select {
	case s := <-ended:
		return s
	case <-signals:
		stop(firn.ErrInterrupted)
	}
	timer := time.NewTimer(forceAfter)
	defer timer.Stop()
	select {
	case s := <-ended:
		return s
	case <-signals:
	case <-timer.C:
	}
	return p.abandon()
}
