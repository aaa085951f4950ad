package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"firn/cmd/firn/internal/screen"
)

// processes are the background processes, by script and name.
type processes struct {
	mu      sync.Mutex
	running map[string]*exec.Cmd
	typed   map[string]*os.File // the terminals of ask and see
	seen    map[string]func()   // wait until the screens of see are complete
}

func (p *processes) put(ts *testscript.TestScript, name string, cmd *exec.Cmd) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running[ts.Name()+" "+name] = cmd
}

func (p *processes) get(ts *testscript.TestScript, name string) *exec.Cmd {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := p.running[ts.Name()+" "+name]
	if cmd == nil {
		ts.Fatalf("no process is called %s", name)
	}
	return cmd
}

func (p *processes) start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND...")
	}
	p.startWith(ts, nil, args)
}

// ask is start with a terminal as standard input.
func (p *processes) ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ask NAME COMMAND...")
	}
	typed, input := terminal(ts)
	defer input.Close()
	p.mu.Lock()
	p.typed[ts.Name()+" "+args[0]] = typed
	p.mu.Unlock()
	p.startWith(ts, input, args)
}

// answer types a line.
func (p *processes) answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answer NAME TEXT")
	}
	p.mu.Lock()
	typed := p.typed[ts.Name()+" "+args[0]]
	p.mu.Unlock()
	if typed == nil {
		ts.Fatalf("nobody asks as %s", args[0])
	}
	_, err := typed.WriteString(args[1] + "\n")
	ts.Check(err)
}

func (p *processes) startWith(ts *testscript.TestScript, input *os.File, args []string) {
	name := args[0]
	cmd := command(ts, args[1:])
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	defer out.Close()
	errs, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = out, errs
	if input != nil {
		cmd.Stdin = input
	}
	p.run(ts, name, cmd)
}

// see is start with a terminal as standard input, output and error.
func (p *processes) see(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: see NAME COLUMNSxROWS COMMAND...")
	}
	var columns, rows int
	_, err := fmt.Sscanf(args[1], "%dx%d", &columns, &rows)
	ts.Check(err)
	typed, side := terminal(ts)
	defer side.Close()
	cmd := command(ts, args[2:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = side, side, side
	atTerminal(ts, cmd, side, columns, rows)
	for _, suffix := range []string{".out", ".err"} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+suffix), nil, 0o600))
	}
	p.run(ts, args[0], cmd)
	done := make(chan error, 1)
	go func() { done <- watchScreen(typed, screen.New(columns, rows), ts.MkAbs(args[0]+".screen")) }()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.typed[ts.Name()+" "+args[0]] = typed
	p.seen[ts.Name()+" "+args[0]] = func() { ts.Check(<-done) }
}

// watchScreen keeps a file with what is on a terminal until its programs have ended.
func watchScreen(typed *os.File, s *screen.Screen, path string) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := typed.Read(buffer)
		if err != nil {
			return nil //nolint:nilerr // the read error of a terminal whose other side is closed
		}
		_, err = s.Write(buffer[:n])
		err = errors.Join(err, os.WriteFile(path+".next", []byte(s.String()), 0o600), os.Rename(path+".next", path))
		if err != nil {
			return err
		}
	}
}

// press types one key: ^C, or a letter.
func (p *processes) press(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: press NAME KEY")
	}
	p.mu.Lock()
	typed := p.typed[ts.Name()+" "+args[0]]
	p.mu.Unlock()
	_, err := typed.WriteString(strings.ReplaceAll(args[1], "^C", "\x03"))
	ts.Check(err)
}

// command returns a command in the environment of a script.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = environmentOf(ts)
	return cmd
}

// run starts a process, which ends with the script.
func (p *processes) run(ts *testscript.TestScript, name string, cmd *exec.Cmd) {
	ts.Check(cmd.Start())
	p.put(ts, name, cmd)
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill() // it may have ended by itself
			_ = cmd.Wait()         // its end was not the subject
		}
	})
}

// environmentOf returns the part of a script's environment that firn reads.
func environmentOf(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "GORACE", clockEnv, "XDG_DATA_HOME", "TMPDIR", "TERM", "TZ", "FIRN_CATALOG",
		"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_REGION",
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY",
		"AWS_ENDPOINT_URL_GLACIER", "AWS_ENDPOINT_URL_S3",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func (p *processes) signal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME SIGNAL")
	}
	signals := map[string]os.Signal{
		"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill,
	}
	ts.Check(p.get(ts, args[0]).Process.Signal(signals[args[1]]))
}

func (p *processes) finish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: finish NAME STATUS")
	}
	cmd := p.get(ts, args[0])
	got := exitStatus(cmd.Wait())
	p.mu.Lock()
	seen := p.seen[ts.Name()+" "+args[0]]
	delete(p.seen, ts.Name()+" "+args[0])
	p.mu.Unlock()
	if seen != nil {
		seen()
		ts.Logf("[%s.screen]\n%s", args[0], ts.ReadFile(args[0]+".screen"))
	}
	for _, suffix := range []string{".out", ".err"} {
		ts.Logf("[%s%s]\n%s", args[0], suffix, ts.ReadFile(filepath.Base(args[0])+suffix))
	}
	if strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s ended with status %d, not %s", args[0], got, args[1])
	}
}

func (p *processes) serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: serve [OPTION...]")
	}
	command := []string{"server", "firn", "serve", "--dir", "store", "--access-log", "access.log"}
	if !slices.Contains(args, "--credentials") {
		args = append(args, "--show-secret")
	}
	if !slices.Contains(args, "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	p.start(ts, false, append(command, args...))
	until(ts, false, []string{"server.out", "1", "AWS_REGION"})
	for line := range strings.Lines(ts.ReadFile("server.out")) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "="); ok {
			ts.Setenv(name, strings.Trim(value, "'\n"))
		}
	}
}
