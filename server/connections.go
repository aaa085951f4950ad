package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections accepts no more connections at once than there are places. It hands
// them on as the listener has made them, so that net/http sees which speak TLS. When
// all places are taken, a new one gets that of a connection that waits for nothing, or
// has shown no key yet, if there is one: strangers keep no key holder out.
type connections struct {
	net.Listener
	now    func() time.Time
	places chan struct{} // one item for each that is open
	closed chan struct{}
	close  sync.Once

	mu      sync.Mutex
	open    map[net.Conn]*connection
	waiting bool // a new one waits for a place, and none could be had
}

// connection is one that is open.
type connection struct {
	conn  net.Conn
	host  string    // of the client
	since time.Time // when it came, or its last request ended
	idle  bool      // no request is on it
	known bool      // the signature of its request was verified
	gone  bool      // it was closed to make room
}

func limitConnections(l net.Listener, most int) *connections {
	return &connections{
		Listener: l, now: time.Now, places: make(chan struct{}, most), closed: make(chan struct{}),
		open: make(map[net.Conn]*connection),
	}
}

// Accept implements net.Listener. Whoever accepts calls changed.
func (l *connections) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case l.places <- struct{}{}:
	default:
		if !l.await() {
			return nil, errors.Join(net.ErrClosed, conn.Close())
		}
	}
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[conn] = &connection{conn: conn, host: host, since: l.now()}
	return conn, nil
}

// await waits for a place, and makes one if it can. It reports false if the listener
// was closed meanwhile.
func (l *connections) await() bool {
	l.mu.Lock()
	l.waiting = !l.makeRoom()
	l.mu.Unlock()
	select {
	case l.places <- struct{}{}:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waiting = false
		return true
	case <-l.closed:
		return false
	}
}

// makeRoom closes a connection that nobody with a key needs now: the oldest of the
// client that has most of them. The caller holds mu.
func (l *connections) makeRoom() bool {
	count := map[string]int{}
	for _, c := range l.open {
		if c.spare() {
			count[c.host]++
		}
	}
	var worst *connection
	for _, c := range l.open {
		if c.spare() && (worst == nil || count[c.host] > count[worst.host] ||
			count[c.host] == count[worst.host] && c.since.Before(worst.since)) {
			worst = c
		}
	}
	if worst == nil {
		return false
	}
	worst.gone = true
	conn := worst.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // without a farewell, which might wait
	}
	_ = conn.Close() // whatever it says, nobody uses it any more
	return true
}

func (c *connection) spare() bool { return !c.gone && (c.idle || !c.known) }

// changed notes the state of a connection, as net/http tells it.
func (l *connections) changed(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.open[conn]
	if c == nil {
		return
	}
	switch state {
	case http.StateActive:
		c.idle = false
	case http.StateIdle:
		c.idle, c.known, c.since = true, false, l.now()
		if l.waiting {
			l.waiting = !l.makeRoom()
		}
	case http.StateClosed, http.StateHijacked:
		delete(l.open, conn)
		<-l.places
	case http.StateNew:
	}
}

// know notes that the request on a connection was verified.
func (l *connections) know(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.open[conn]; c != nil {
		c.known = true
	}
}

// Close implements net.Listener.
func (l *connections) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// verifiedKey is the key of the function, in the context of a request, that is to be
// called when its signature was verified.
type verifiedKey struct{}

// within returns the context of the requests on a connection.
func (l *connections) within(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, verifiedKey{}, func() { l.know(conn) })
}

// tellVerified tells the listener that the signature of a request was verified, if
// there is one that wants to know.
func tellVerified(ctx context.Context) {
	if tell, ok := ctx.Value(verifiedKey{}).(func()); ok {
		tell()
	}
}
