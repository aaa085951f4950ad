package server

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"firn/server/internal/bounds"
	"firn/server/internal/monitor"
)

// What net/http allows a client before a request reaches the server.
const (
	headerTimeout    = 10 * time.Second // from the first byte of a request to the end of its headers
	headerBytes      = 64 << 10         // all headers of a request
	keepAliveTimeout = 3 * time.Minute  // between requests on one connection
)

// Serve answers requests from l until ctx ends, then stops accepting, lets
// requests in flight finish for [Options.Grace], cuts off what is left, and
// returns when none of its goroutines runs any more. It closes l. Until ctx ends
// it also announces the ends of jobs, as [Server.Announce] does.
//
// The error is nil if ctx ended and every request was answered. TLS is the
// caller's choice of listener: one of crypto/tls, or any whose connections are
// *tls.Conn, which policies then know as secure.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	announcing, stopAnnouncing := context.WithCancel(ctx)
	var announcer sync.WaitGroup
	announcer.Go(func() { s.Announce(announcing) })
	defer announcer.Wait()
	defer stopAnnouncing()
	err := s.serve(ctx, l, s)
	for _, a := range s.accounts {
		err = errors.Join(err, a.uploads.Save(context.WithoutCancel(ctx)))
	}
	return err
}

// Announce tells the topics of [Options.Topics] when jobs have ended, until ctx
// ends. [Server.Serve] does it. A program that has another net/http server for the
// requests runs Announce beside it, once.
//
// A message is posted at least once and, by the same id, perhaps again after a
// crash. A message that does not arrive is sent again, for an hour. When ctx ends, a
// message under way still has its ten seconds.
func (s *Server) Announce(ctx context.Context) {
	var all sync.WaitGroup
	for _, a := range s.accounts {
		all.Go(func() { a.announcer.Run(ctx) })
	}
	all.Wait()
}

// ServeAdmin answers requests from l with [Server.Admin], by the rules of [Server.Serve]. These
// requests need no key, so l should have an address that no other machine reaches.
func (s *Server) ServeAdmin(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, s.Admin())
}

// serve answers requests from l with a handler.
func (s *Server) serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	// Requests may go on for the grace after ctx has ended, so they have another context.
	requests, cutOff := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cutOff(nil)
	hs := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    headerBytes,
		IdleTimeout:       keepAliveTimeout,
		ErrorLog:          log.New(monitor.NewConnectionFaults(func(err error) { s.options.fault("", err) }, s.options.Now), "", 0), //nolint:forbidigo // the only form in which net/http reports
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	limited := bounds.LimitConnections(l, s.options.Connections)
	var open sync.WaitGroup // connections: each is a goroutine of net/http
	hs.ConnContext = limited.Within
	hs.ConnState = func(conn net.Conn, state http.ConnState) {
		limited.Changed(conn, state)
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}

	var failure error
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		failure = hs.Serve(limited)
	}()
	select {
	case <-accepting:
	case <-ctx.Done():
	}
	err := s.stop(requests, hs, cutOff)
	<-accepting
	open.Wait()
	if !errors.Is(failure, http.ErrServerClosed) {
		err = errors.Join(fmt.Errorf("accepting connections on %s: %w", l.Addr(), failure), err)
	}
	return err
}

// errCutOff is the cause that ends requests which took longer than the grace.
var errCutOff = errors.New("the server is shutting down")

// stop waits for requests in flight and cuts off those that take too long.
func (s *Server) stop(ctx context.Context, hs *http.Server, cutOff context.CancelCauseFunc) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.Grace)
	defer cancel()
	err := hs.Shutdown(ctx)
	if err == nil {
		return nil
	}
	cutOff(errCutOff)
	return errors.Join(
		fmt.Errorf("requests were cut off after %s: %w", s.options.Grace, err),
		hs.Close(),
	)
}
