package lab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"golang.org/x/sync/errgroup"
)

// endpointPattern matches the address that each of our servers prints.
var endpointPattern = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// Server is a server that runs as a child process.
type Server struct {
	Endpoint string // such as http://127.0.0.1:4711

	cmd    *exec.Cmd
	output errgroup.Group // keeps reading, so that the server never blocks on its output
}

// StartServer starts cmd and returns once it has printed its address on standard output or
// standard error. The caller stops it.
func StartServer(cmd *exec.Cmd) (*Server, error) {
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	s := &Server{cmd: cmd}
	s.output.Go(func() error {
		// Wait returns once the process has ended and all its output was copied.
		_ = cmd.Wait() // a stopped server ends by a signal
		return writer.Close()
	})

	said := bufio.NewReader(reader)
	var lines strings.Builder
	for s.Endpoint == "" {
		line, err := said.ReadString('\n')
		lines.WriteString(line)
		s.Endpoint = endpointPattern.FindString(line)
		if err != nil && s.Endpoint == "" {
			_ = s.output.Wait() // closing a pipe does not fail
			return nil, fmt.Errorf("the server ended before it told its address: %s", strings.TrimSpace(lines.String()))
		}
	}
	s.output.Go(func() error {
		_, err := io.Copy(io.Discard, said)
		return err
	})
	return s, nil
}

// Stop kills the server and waits for its end.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("stopping a server: %w", err)
	}
	return s.output.Wait()
}

// Ended returns the state of a stopped server, with its costs.
func (s *Server) Ended() *os.ProcessState { return s.cmd.ProcessState }

// Peak returns the peak of the server's resident memory in bytes since the last call; 0 if
// the system does not report it.
func (s *Server) Peak() (int64, error) { return peakSoFar(s.cmd.Process.Pid) }

// Run runs cmd and waits for it. The system discards its standard output, because the peak
// memory of a child process includes ours. If cmd fails, the error quotes its standard
// error.
func Run(cmd *exec.Cmd) error {
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// Output is Run, and returns the standard output of cmd.
func Output(cmd *exec.Cmd) (string, error) {
	var said strings.Builder
	cmd.Stdout = &said
	if err := Run(cmd); err != nil {
		return "", err
	}
	return said.String(), nil
}

// Serve starts `firn serve` over a directory and creates a vault in it. The server writes a
// line for each request to the file log; empty: no log.
func (f Firn) Serve(ctx context.Context, dir, log, vault string, options ...string) (*Server, error) {
	args := append([]string{"serve", "--dir", dir, "--listen", "127.0.0.1:0"}, options...)
	if log != "" {
		args = append(args, "--access-log", log)
	}
	server, err := StartServer(f.Command(ctx, args...))
	if err != nil {
		return nil, err
	}
	if err := Run(f.Command(ctx, "vault", "create", VaultURL(server.Endpoint, vault))); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return server, nil
}
