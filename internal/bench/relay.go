package main

import (
	"errors"
	"io"
	"net"

	"golang.org/x/sync/errgroup"
)

// relay forwards connections from an address on loopback to a server at a Unix socket, for
// programs that do not support sockets. The system copies the bytes, so that this program
// stays small.
type relay struct {
	net.Listener
	socket string
	conns  errgroup.Group
}

func newRelay(socket string) (*relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{Listener: listener, socket: socket}
	r.conns.Go(r.accept)
	return r, nil
}

// accept ends when the listener is closed.
func (r *relay) accept() error {
	for {
		client, err := r.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		r.conns.Go(func() error {
			r.join(client)
			return nil
		})
	}
}

// join forwards one connection. The client notices errors.
func (r *relay) join(client net.Conn) {
	defer client.Close()
	server, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: r.socket, Net: "unix"})
	if err != nil {
		return
	}
	defer server.Close()
	var up errgroup.Group
	up.Go(func() error {
		_, _ = io.Copy(server, client)
		return server.CloseWrite()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	_ = up.Wait()
}

// Close closes the listener and waits for the connections, which end when the server does.
func (r *relay) Close() error {
	return errors.Join(r.Listener.Close(), r.conns.Wait())
}
