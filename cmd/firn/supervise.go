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

// How long a command may take to end after the first signal. After that, the program ends
// although the command still runs, for example if it is blocked in a read of standard input.
// Nothing is lost, because the record is durable at any moment.
const (
	forceAfter = time.Second
	// With requests in flight: the 10 s that parts of an upload and requests to a server get,
	// and some time to record them.
	forceBusyAfter = 12 * time.Second
	// After another signal: a command that has printed its result is closing its files, and
	// ends with its own status.
	lastMoment = 200 * time.Millisecond
)

// supervise runs the program to its end and returns its exit status.
//
// The first SIGINT, SIGTERM or SIGHUP ends the context, with depot.ErrInterrupted as its cause;
// a second one ends the program at once. A command that has ended keeps its status even if a
// signal arrives before the process exits. A reader that closes standard output or standard
// error does not kill an upload: SIGPIPE is ignored, and the write fails.
func supervise(p *cli.Program) cli.Status {
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // by nohup, or for a background job
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
		sayStopping(p)
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

// sayStopping says what the first signal does and what a second one does, if requests are in
// flight. A terminal that is stopped by Ctrl-S does not keep firn from stopping.
func sayStopping(p *cli.Program) {
	if !p.IsBusy() {
		return
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		p.UI.Say("firn: stopping; requests in flight get 10 s, a second Ctrl-C ends at once")
	}()
	select {
	case <-said:
	case <-time.After(lastMoment):
	}
}
