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

// endpointPattern is how every server of ours tells the address that it chose.
var endpointPattern = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// Server is a server running as a child process.
type Server struct {
	Endpoint string // such as http://127.0.0.1:4711

	cmd    *exec.Cmd
	output errgroup.Group // reads on, so that the server never blocks on its output
}

// StartServer starts cmd and returns once it has told its address on standard
// output or standard error. The caller stops it.
func StartServer(cmd *exec.Cmd) (*Server, error) {
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	s := &Server{cmd: cmd}
	s.output.Go(func() error {
		// Wait returns once the process has ended and all it said was copied.
		_ = cmd.Wait() // a server that was stopped ends by a signal
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

// Ended is how a server ended that was stopped, and what it cost.
func (s *Server) Ended() *os.ProcessState { return s.cmd.ProcessState }

// Peak returns the peak of the server's resident memory in bytes since it was asked
// last; 0 where the system does not tell.
func (s *Server) Peak() (int64, error) { return peakSoFar(s.cmd.Process.Pid) }

// Run runs cmd to its end. What it prints is dropped, on the side of the system: a
// child's peak memory is counted from ours. If it fails, the error quotes what it
// said on standard error.
func Run(cmd *exec.Cmd) error {
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// Output is Run, and returns what cmd printed.
func Output(cmd *exec.Cmd) (string, error) {
	var said strings.Builder
	cmd.Stdout = &said
	if err := Run(cmd); err != nil {
		return "", err
	}
	return said.String(), nil
}

// Serve starts `firn serve` over a directory and creates a vault in it. The log
// is where the server writes a line for each request; empty for none.
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
