package server

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

// connections accepts no more connections at once than there are places, and a few more
// to find out whose they are. It hands them on as the listener has made them, so that
// net/http sees which speak TLS. When all places are taken, a new one gets that of a
// connection that waits for nothing, or has shown no key yet, if there is one: strangers
// keep no key holder out. Else it gets one of the key that has most of them, unless it is
// of that key itself: no key keeps another one out.
type connections struct {
	net.Listener
	now    func() time.Time
	most   int           // that stay
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
	known string    // the access key of its request, whose signature was verified
	gone  bool      // it was closed to make room
}

func limitConnections(l net.Listener, most int) *connections {
	return &connections{
		Listener: l, now: time.Now, most: most, places: make(chan struct{}, most+1+most/lobby), closed: make(chan struct{}),
		open: make(map[net.Conn]*connection),
	}
}

// lobby says how many connections there may be beyond the places, one for so many: on
// them requests are verified when keys have taken all places.
const lobby = 20

// Accept implements net.Listener. Whoever accepts calls changed.
func (l *connections) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if l.exceed(l.most - 1) {
		l.makeRoom()
	}
	l.mu.Unlock()
	select {
	case l.places <- struct{}{}:
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

// hostOf names the client of an address: of IPv6 the network that a client has to itself.
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

// exceed reports whether more than n connections are open that were not closed to make
// room. The caller holds mu.
func (l *connections) exceed(n int) bool {
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

// makeRoom closes a connection that nobody with a key needs now: the oldest of the
// client that has most of them. The caller holds mu.
func (l *connections) makeRoom() bool {
	worst, _ := l.oldestOfMost(func(c *connection) (string, bool) { return c.host, c.spare() })
	if worst == nil {
		return false
	}
	worst.end()
	return true
}

// oldestOfMost returns the oldest connection of whoever has most of them, and how many
// each has. Those whose owner is not ok do not count. The caller holds mu.
func (l *connections) oldestOfMost(owner func(*connection) (name string, ok bool)) (worst *connection, count map[string]int) {
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

// end closes a connection to make room.
func (c *connection) end() {
	c.gone = true
	conn := c.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // without a farewell, which might wait
	}
	_ = conn.Close() // whatever it says, nobody uses it any more
}

func (c *connection) spare() bool { return !c.gone && (c.idle || c.known == "") }

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
		c.idle, c.known, c.since = true, "", l.now()
		if l.waiting {
			l.waiting = !l.makeRoom()
		}
	case http.StateClosed, http.StateHijacked:
		delete(l.open, conn)
		<-l.places
	case http.StateNew:
	}
}

// know notes that the request on a connection was verified, with a key. If there are more
// connections than places, the key that has most of them gives one up, the oldest: know
// reports false if that is this key, whose request is to be refused then.
func (l *connections) know(conn net.Conn, accessKey string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.open[conn]
	if c == nil {
		return true
	}
	c.known = accessKey
	if !l.exceed(l.most) || l.makeRoom() {
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
func (l *connections) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// verifiedKey is the key of the function, in the context of a request, that is to be
// called when its signature was verified.
type verifiedKey struct{}

// within returns the context of the requests on a connection.
func (l *connections) within(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, verifiedKey{}, func(accessKey string) bool { return l.know(conn, accessKey) })
}

// tellVerified tells the listener whose the request is that was verified, if there is one
// that wants to know. It reports whether the key may have the connection.
func tellVerified(ctx context.Context, accessKey string) bool {
	tell, ok := ctx.Value(verifiedKey{}).(func(string) bool)
	return !ok || tell(accessKey)
}
