package server

import (
	"net"
	"sync"
)

// connections accepts no more connections at once than there are places. It hands
// them on as the listener has made them, so that net/http sees which speak TLS.
type connections struct {
	net.Listener
	places chan struct{} // one item for each that is open
	closed chan struct{}
	close  sync.Once
}

func limitConnections(l net.Listener, most int) *connections {
	return &connections{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept implements net.Listener. It waits for a place first. Whoever accepts calls
// release when the connection is closed.
func (l *connections) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		l.release()
	}
	return conn, err
}

func (l *connections) release() { <-l.places }

// Close implements net.Listener.
func (l *connections) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}
