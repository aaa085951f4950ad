package coldfront

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// timeout limits the start and the end of the server.
const timeout = time.Minute

// process is a running S3 server and its data directory.
type process struct {
	dir   string
	cmd   *exec.Cmd
	stdin io.Closer
	said  *bytes.Buffer // the server's output; read it only after ended
	ended chan struct{}
}

// startProcess starts the server and returns once it listens.
func startProcess(ctx context.Context, keys keys) (_ *process, err error) {
	binary, err := build(ctx)
	if err != nil {
		return nil, err
	}
	// Do not use the test's own directory, whose path may be too long for a socket.
	dir, err := os.MkdirTemp("", "s3-")
	if err != nil {
		return nil, err
	}
	p := &process{dir: dir, said: &bytes.Buffer{}, ended: make(chan struct{})}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(dir)
		}
	}()
	// The server runs as long as its standard input is open, which is longer than ctx.
	p.cmd = exec.Command(binary, dir, keys.access, keys.secret, keys.region, Domain)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the S3 server: %w", err)
	}
	go func() {
		_ = p.cmd.Wait() // its output says more
		close(p.ended)
	}()
	if err := p.listens(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// listens returns once the server accepts connections.
func (p *process) listens(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if conn, err := p.dial(ctx, "", ""); err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-p.ended:
			return fmt.Errorf("the S3 server ended:\n%s", p.said)
		case <-ctx.Done():
			return fmt.Errorf("the S3 server does not listen: %w", context.Cause(ctx))
		}
	}
}

// dial connects to the server, whatever the address.
func (p *process) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", filepath.Join(p.dir, "socket"))
	if err != nil {
		return nil, err
	}
	return answered{c}, nil
}

// answered is a connection on which writing does not fail because the server has closed it.
// The server may answer before it has read the whole body, and close. http.Transport then
// gets the answer and the failed write at the same time, and may report only the failure. If
// there is no answer, reading fails.
type answered struct{ net.Conn }

func (c answered) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return len(p), nil
	}
	return n, err
}

// close ends the server and removes its directory.
func (p *process) close() error {
	_ = p.stdin.Close() // asks it to end; it may have ended already
	hung := time.AfterFunc(timeout, func() { _ = p.cmd.Process.Kill() })
	<-p.ended
	hung.Stop()
	return os.RemoveAll(p.dir)
}
