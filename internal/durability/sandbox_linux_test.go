package durability_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sandbox is a directory in which firn runs and writes everything.
type sandbox struct {
	t     *testing.T
	dir   string
	input string // of the next run
	// unflushed are the names that the next watched run finds and that are not flushed
	// because of a kill.
	unflushed []string
	// written are files whose bytes are not flushed either.
	written []string
	env     []string
	saved   string // the directory of the copy
}

// run is the result of a run of firn.
type run struct {
	status      int
	out, errors string
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, dir: dir, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + filepath.Join(dir, "tmp"), "TZ=UTC",
		"FIRN_CATALOG=" + filepath.Join(dir, "home/catalog.db"), "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/nonexistent", "AWS_SHARED_CREDENTIALS_FILE=/nonexistent",
		"GODEBUG=asyncpreemptoff=1", // without this the traces contain signals
	}}
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

// file makes a file of size random bytes, which depend on its name.
func (s *sandbox) file(name string, size int) []byte {
	s.t.Helper()
	var seed [32]byte
	copy(seed[:], name)
	data := make([]byte, size)
	_, _ = rand.NewChaCha8(seed).Read(data) // never fails
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return data
}

func (s *sandbox) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = s.dir, s.env, strings.NewReader(s.input)
	s.input = ""
	return cmd
}

// finish runs a command to its end.
func (s *sandbox) finish(cmd *exec.Cmd) run {
	s.t.Helper()
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return run{cmd.ProcessState.ExitCode(), out.String(), complaint.String()}
}

// firn runs the binary as users do.
func (s *sandbox) firn(args ...string) run {
	s.t.Helper()
	return s.finish(s.command(os.Getenv(firnVariable), args...))
}

// ok runs firn and expects status 0.
func (s *sandbox) ok(args ...string) string {
	s.t.Helper()
	r := s.firn(args...)
	if r.status != 0 {
		s.t.Fatalf("firn %s: status %d\n%s%s", strings.Join(args, " "), r.status, r.out, r.errors)
	}
	return r.out
}

// underStrace returns the command that runs firn under strace, which writes the file trace.
func (s *sandbox) underStrace(trace string, args ...string) *exec.Cmd {
	return s.underStraceAs(trace, os.Getenv(firnVariable), args...)
}

func (s *sandbox) underStraceAs(trace, program string, args ...string) *exec.Cmd {
	return s.command("strace", append([]string{"-f", "-y", "-s", "48", "-o", trace, "-e", traced, program}, args...)...)
}

// found returns the disk as the next run finds it.
func (s *sandbox) found() *disk {
	s.t.Helper()
	d := newDisk(s.t, s.dir)
	for _, path := range s.unflushed {
		if d.nodes[path] == nil {
			s.t.Fatalf("%s is not there", path)
		}
		d.name(path)
	}
	for _, path := range s.written {
		d.nodes[path].written++
	}
	s.unflushed, s.written = nil, nil
	return d
}

// watched runs firn under strace, expects status 0, and checks the run against the rules.
func (s *sandbox) watched(args []string, rules ...*rule) string {
	s.t.Helper()
	trace := filepath.Join(s.t.TempDir(), "trace")
	d := s.found()
	r := s.finish(s.underStrace(trace, args...))
	if r.status != 0 {
		s.t.Fatalf("firn %s: status %d\n%s%s", strings.Join(args, " "), r.status, r.out, r.errors)
	}
	d.watch(s.t, readTrace(s.t, s.read(trace)), true, rules...)
	return r.out
}

// fails runs firn under a fault. The fault must strike, and firn must not succeed.
func (s *sandbox) fails(f *fault, args []string) {
	s.t.Helper()
	r := s.underFaults(f, s.command(s.shim(), args...))
	if f.hit == "" || r.status == 0 {
		s.t.Fatalf("firn %s: status %d, failed: %q\n%s%s", strings.Join(args, " "), r.status, f.hit, r.out, r.errors)
	}
}

func (s *sandbox) read(name string) string {
	s.t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.dir, name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}
