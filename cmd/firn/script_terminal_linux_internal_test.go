//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"firn/cmd/firn/internal/screen"
)

// terminal opens a terminal: the end for the user, and the end for the standard input of a
// process.
func terminal(ts *testscript.TestScript) (typed, input *os.File) {
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	ts.Defer(func() { _ = typed.Close() })
	ts.Check(unix.IoctlSetPointerInt(int(typed.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(typed.Fd()), unix.TIOCGPTN)
	ts.Check(err)
	input, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	return typed, input
}

// printScreen runs a command on a terminal and writes to a file what it prints. No line may be wider
// than the terminal, and the command must succeed.
func printScreen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: screen COLUMNS FILE COMMAND...")
	}
	columns, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	shown, terminal := terminal(ts)
	ts.Check(unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}))
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environmentOf(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	ts.Check(cmd.Start())
	ts.Check(terminal.Close())
	all, err := io.ReadAll(shown)
	if !errors.Is(err, syscall.EIO) { // the end of a terminal
		ts.Check(err)
	}
	seen := screen.New(int(columns), 24)
	_, err = seen.Write(all)
	ts.Check(err)
	lines := seen.String()
	ts.Logf("[%s columns]\n%s", args[0], lines)
	ts.Check(cmd.Wait())
	for line := range strings.Lines(lines) {
		if width := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")); uint64(width) > columns {
			ts.Fatalf("a line has %d columns: %s", width, line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(lines), 0o600))
}

// atTerminal makes a terminal of this size the one from which a process gets signals.
func atTerminal(ts *testscript.TestScript, cmd *exec.Cmd, side *os.File, columns, rows int) {
	ts.Check(unix.IoctlSetWinsize(int(side.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
}
