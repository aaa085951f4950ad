package server

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
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
	return s.serve(ctx, l, s)
}

// ServeAdmin answers to the operator's own programs, as [Server.Admin] does and
// with the rules of [Server.Serve]. It asks nobody for a key, so l should be an
// address that no other machine reaches.
func (s *Server) ServeAdmin(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, s.Admin())
}

// serve answers requests from l with a handler.
func (s *Server) serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	// Requests outlive ctx by the grace period, so their contexts end apart.
	requests, cutOff := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cutOff(nil)
	hs := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    headerBytes,
		IdleTimeout:       keepAliveTimeout,
		ErrorLog:          log.New(s.newFaultWriter(), "", 0), //nolint:forbidigo // the only form in which net/http reports
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	limited := limitConnections(l, s.options.Connections)
	var open sync.WaitGroup // connections: each is a goroutine of net/http
	hs.ConnContext = limited.within
	hs.ConnState = func(conn net.Conn, state http.ConnState) {
		limited.changed(conn, state)
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

// faultWriter turns the lines that net/http logs into faults. A stranger whose handshake
// fails is a line, so there is a bound on them.
type faultWriter struct {
	report func(requestID string, err error)
	now    func() time.Time

	mu      sync.Mutex
	limit   *rate.Limiter
	omitted int // lines since the last
}

const (
	faultsPerMinute = 6 // of connections, as net/http tells of them
	faultsAtOnce    = 100
)

func (s *Server) newFaultWriter() *faultWriter {
	limit := rate.NewLimiter(rate.Every(time.Minute/faultsPerMinute), faultsAtOnce)
	return &faultWriter{report: s.options.fault, now: s.options.Now, limit: limit}
}

func (w *faultWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.limit.AllowN(w.now(), 1) {
		w.omitted++
		return len(line), nil
	}
	text := cutText(strings.TrimSpace(string(line)), maxLogged)
	if w.omitted > 0 {
		text += fmt.Sprintf(" (%d more lines like it were left out)", w.omitted)
	}
	w.omitted = 0
	w.report("", errors.New(text))
	return len(line), nil
}
