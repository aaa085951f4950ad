package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"firn/internal/bench/internal/lab"
)

// gatewayShare is the divisor of the file's size for a server that keeps the bytes: a
// smaller file is enough, since only the client is measured.
const gatewayShare = 4

// gateway compares firn with tools for S3 on a server that keeps the bytes: versitygw over
// a directory.
func (b *bench) gateway(ctx context.Context) ([]*group, error) {
	endpoint, err := b.startGateway(ctx)
	if err != nil {
		return nil, err
	}
	if err := lab.Run(b.aws(ctx, endpoint, "s3", "mb", "s3://bench")); err != nil {
		return nil, err
	}
	to := bucket{endpoint, "versitygw over a directory", filepath.Join(b.work, "share"), max(b.size/gatewayShare, 2*partSize)}
	if err := lab.RandomFile(to.file, to.size, 3); err != nil {
		return nil, err
	}
	out, err := b.outOfBucket(ctx, to)
	return []*group{b.intoBucket(to), out}, err
}

// startGateway starts versitygw and returns its address.
func (b *bench) startGateway(ctx context.Context) (endpoint string, err error) {
	dir := filepath.Join(b.work, "gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	args := []string{dir}
	for _, pair := range lab.Credentials() {
		_, value, _ := strings.Cut(pair, "=")
		args = append(args, value)
	}
	cmd := exec.CommandContext(ctx, b.tool("versitygw"), append(args, "us-east-1", "example.com")...)
	if _, err := cmd.StdinPipe(); err != nil { // versitygw ends when its standard input does
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	b.later(func() error {
		_ = cmd.Process.Kill() // it may have ended already
		_ = cmd.Wait()         // it ended by a signal
		return nil
	})
	relay, err := newRelay(filepath.Join(dir, "socket"))
	if err != nil {
		return "", err
	}
	b.later(relay.Close)
	if err := listens(ctx, relay.socket); err != nil {
		return "", fmt.Errorf("versitygw does not listen: %w", err)
	}
	return "http://" + relay.Addr().String(), nil
}

// listens returns once a server accepts connections at a socket.
func listens(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
}
