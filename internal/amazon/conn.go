package amazon

import (
	"context"
	"net"
	"sync"
	"time"
)

// writeGrace is the longest time for which a failed write is held back. By then, everything
// that the other side sent before it closed the connection has arrived.
const writeGrace = 2 * time.Second

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// holdWriteErrors makes connections report a failed write only after everything was read
// that the other side had sent. A server that refuses a request closes the connection in
// the middle of it, after its answer. If the failed write were reported at once,
// http.Transport would close the connection before it has read the answer.
func holdWriteErrors(dial dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &heldConn{Conn: conn, read: make(chan struct{})}, nil
	}
}

type heldConn struct {
	net.Conn
	once sync.Once
	read chan struct{} // closed when there is nothing more to read
}

func (c *heldConn) ended() { c.once.Do(func() { close(c.read) }) }

func (c *heldConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.ended()
	}
	return n, err
}

func (c *heldConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		grace := time.NewTimer(writeGrace)
		defer grace.Stop()
		select {
		case <-c.read:
		case <-grace.C:
		}
	}
	return n, err
}

// SetWriteDeadline ends the delay of write errors: a TLS connection calls it before its
// closing message, for which nobody waits.
func (c *heldConn) SetWriteDeadline(t time.Time) error {
	c.ended()
	return c.Conn.SetWriteDeadline(t)
}

func (c *heldConn) Close() error {
	c.ended()
	return c.Conn.Close()
}
