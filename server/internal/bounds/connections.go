// Package bounds bounds what strangers and keys can take from the others: connections, memory
// for bodies, space on the disk, jobs.
package bounds

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Connections is a listener that bounds how many connections are open at once. It returns the
// connections as the listener below has made them, so that net/http sees which speak TLS.
//
// When there are as many as there may be, a new connection is accepted and another one is
// closed: one that is idle, or whose client has not shown a key yet, so that strangers keep no
// key out. If there is none, a few connections more are accepted until it is known whose they
// are. Then a connection of the key that has most of them is closed, so that no key keeps
// another one out.
type Connections struct {
	net.Listener
	now    func() time.Time
	most   int           // connections that may stay open
	slots  chan struct{} // one item for each that is open
	closed chan struct{}
	close  sync.Once

	mu      sync.Mutex
	open    map[net.Conn]*connection
	waiting bool // a new connection waits for a slot, and no other one could be closed
}

// connection is a connection that is open.
type connection struct {
	conn  net.Conn
	host  string    // of the client
	since time.Time // when it was accepted, or its last request ended
	idle  bool      // it has no request now
	known string    // the access key of its request; empty before the signature is verified
	gone  bool      // it was closed for a new one
}

// LimitConnections returns a listener with no more than most open connections.
func LimitConnections(l net.Listener, most int) *Connections {
	return &Connections{
		Listener: l, now: time.Now, most: most, slots: make(chan struct{}, most+1+most/extraShare), closed: make(chan struct{}),
		open: make(map[net.Conn]*connection),
	}
}

// extraShare is for how many connections one more may be open while it is not known whose it
// is.
const extraShare = 20

// Accept implements net.Listener. The caller passes the states of the connection to
// [Connections.Changed].
func (l *Connections) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if l.exceed(l.most - 1) {
		l.closeSpare()
	}
	l.mu.Unlock()
	select {
	case l.slots <- struct{}{}:
	default:
		if !l.await() {
			return nil, errors.Join(net.ErrClosed, conn.Close())
		}
	}
	host := hostOf(conn.RemoteAddr())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[conn] = &connection{conn: conn, host: host, since: l.now()}
	return conn, nil
}

// hostOf names the client of an address. Of IPv6 it is the network of 64 bits, since a client
// has all of it.
func hostOf(addr net.Addr) string {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return addr.String()
	}
	const network = 64 // bits; RFC 4291, 2.5.1
	ip := at.Addr().Unmap()
	if prefix, err := ip.Prefix(network); err == nil && ip.Is6() {
		return prefix.String()
	}
	return ip.String()
}

// await waits for a slot, and closes another connection if it can. It returns false if the
// listener was closed meanwhile.
func (l *Connections) await() bool {
	l.mu.Lock()
	l.waiting = !l.closeSpare()
	l.mu.Unlock()
	select {
	case l.slots <- struct{}{}:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waiting = false
		return true
	case <-l.closed:
		return false
	}
}

// exceed reports whether more than n connections are open, without those that were closed for
// a new one. The caller holds mu.
func (l *Connections) exceed(n int) bool {
	if len(l.open) <= n {
		return false
	}
	for _, c := range l.open {
		if c.gone {
			n++
		}
	}
	return len(l.open) > n
}

// closeSpare closes a connection that no key needs now: the oldest one of the client that has
// most of them. It returns false if there is none. The caller holds mu.
func (l *Connections) closeSpare() bool {
	worst, _ := l.oldestOfMost(func(c *connection) (string, bool) { return c.host, c.spare() })
	if worst == nil {
		return false
	}
	worst.end()
	return true
}

// oldestOfMost returns the oldest connection of the owner that has most of them, and how many
// each owner has. Connections whose owner is not ok do not count. The caller holds mu.
func (l *Connections) oldestOfMost(owner func(*connection) (name string, ok bool)) (worst *connection, count map[string]int) {
	count = map[string]int{}
	for _, c := range l.open {
		if name, ok := owner(c); ok {
			count[name]++
		}
	}
	most := ""
	for _, c := range l.open {
		name, ok := owner(c)
		if ok && (worst == nil || count[name] > count[most] || count[name] == count[most] && c.since.Before(worst.since)) {
			worst, most = c, name
		}
	}
	return worst, count
}

// end closes a connection for a new one.
func (c *connection) end() {
	c.gone = true
	conn := c.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // tls.Conn says goodbye first, which might wait
	}
	_ = conn.Close() // an error changes nothing: it is not used any more
}

func (c *connection) spare() bool { return !c.gone && (c.idle || c.known == "") }

// Changed takes the state of a connection from net/http.
func (l *Connections) Changed(conn net.Conn, state http.ConnState) {
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
		c.idle, c.known, c.since = true, "", l.now()
		if l.waiting {
			l.waiting = !l.closeSpare()
		}
	case http.StateClosed, http.StateHijacked:
		delete(l.open, conn)
		<-l.slots
	case http.StateNew:
	}
}

// know notes whose key has signed the request on a connection. If there are too many
// connections, the oldest one of the key that has most of them is closed. If that is this key,
// know returns false instead, and the request is to be refused.
func (l *Connections) know(conn net.Conn, accessKey string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.open[conn]
	if c == nil {
		return true
	}
	c.known = accessKey
	if !l.exceed(l.most) || l.closeSpare() {
		return true
	}
	worst, count := l.oldestOfMost(func(c *connection) (string, bool) { return c.known, !c.gone })
	if count[worst.known] <= count[accessKey] {
		return false
	}
	worst.end()
	return true
}

// Close implements net.Listener.
func (l *Connections) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// verifiedKey is the key of a value in the context of a request: the function to call when
// the signature was verified.
type verifiedKey struct{}

// Within returns the context of the requests on a connection.
func (l *Connections) Within(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, verifiedKey{}, func(accessKey string) bool { return l.know(conn, accessKey) })
}

// KeyVerified notes whose key has signed a request, if the request came over a listener of
// this package. If it returns false, the key has too many connections, and the request is to
// be refused.
func KeyVerified(ctx context.Context, accessKey string) bool {
	know, ok := ctx.Value(verifiedKey{}).(func(string) bool)
	return !ok || know(accessKey)
}
