package amazon

import (
	"context"
	"net"
	"sync"
	"time"
)

// writeGrace is how long a failed write is held back at the most. Whatever the other
// side sent before it hung up has arrived by then or never will.
const writeGrace = 2 * time.Second

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// holdWriteErrors makes connections tell that a write failed only after all was read
// that the other side had sent. A server that refuses a request hangs up in the middle of
// it, after its answer. Told at once of the write, http.Transport would close the
// connection before it has read why.
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

// SetWriteDeadline is what a TLS connection calls before its last words, for which
// nobody waits.
func (c *heldConn) SetWriteDeadline(t time.Time) error {
	c.ended()
	return c.Conn.SetWriteDeadline(t)
}

func (c *heldConn) Close() error {
	c.ended()
	return c.Conn.Close()
}
