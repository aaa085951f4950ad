// Package cli has the parts that the commands of firn share: the program and its options, exit
// statuses, hints, confirmation, shared flags, and the environment.
package cli

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/config"
	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// Program is one run of the command: its input and output, its clock, and the options of all
// commands.
type Program struct {
	Args  []string // as typed, beginning with the name of the program
	Root  *cobra.Command
	Stdin io.Reader
	Out   *term.Printer // standard output: only results
	UI    *term.UI      // standard error: everything else
	Now   func() time.Time

	ConfigPath  string        // set by PlaceConfig
	configNamed bool          // the user has named the configuration
	config      *loadedConfig // nil until [Program.Config]
	CatalogPath string
	JSON        bool
	Quiet       bool
	NoInput     bool              // never ask, as if standard input were no terminal
	verbose     int               // see AddVerbose
	pricesPath  string            // see AddPrices
	keepDays    int               // see AddKeepDays
	setBy       map[string]string // what has set an option that the command line does not have
	names       []config.Vault    // the named vaults of the command line, for hints

	// busy is set while requests are in flight, which may finish after a signal.
	busy atomic.Bool
	// resume is the hint how to continue the work; nil if there is none. Abandon reads it
	// while the command still runs.
	resume atomic.Pointer[string]
	// hinted has the hints that were shown, each of which is shown once.
	hinted sync.Map
}

// NewProgram returns a program without commands.
func NewProgram(args []string, stdin, stdout, stderr *os.File) *Program {
	ui := term.NewUI(stderr, term.LiveWidthOf(stderr))
	return &Program{Args: args, Stdin: stdin, Out: term.NewPrinter(stdout, ui), UI: ui, Now: time.Now, setBy: make(map[string]string)}
}

// End flushes standard output, reports the error of the command and returns its status. With
// --json the last line of a failed command is its error, even if the errors of its objects
// were reported before. If the reader of standard output has closed it, as head does, End
// reports nothing, unless there was work in flight, whose result the user would miss.
func (p *Program) End(err error) Status {
	p.UI.Clear()
	flushed := p.Out.Flush()
	if p.Out.IsClosed() && !p.IsBusy() {
		return StatusPipe
	}
	if err == nil && flushed != nil {
		err = flushed
	}
	s := p.Report(err)
	if reported, ok := errors.AsType[*ReportedError](err); ok && p.Out.Failed() == nil {
		p.reportJSON(reported, s)
	}
	return s
}

// Abandon reports the interruption of a command that did not end in time, and returns the
// status.
func (p *Program) Abandon() Status {
	p.UI.Clear()
	err := depot.ErrInterrupted
	if hint := p.resume.Load(); hint != nil {
		err = WithHint(err, *hint)
	}
	return p.Report(err)
}

// Damaged warns of a damaged file in a directory vault that was left out.
func (p *Program) Damaged(err error) { p.UI.Say("firn: warning: %s", term.ErrorText(err)) }

// Distrust warns of a processor whose SHA-256 instructions fail their test. fault may be nil.
func (p *Program) Distrust(fault error) {
	if fault != nil {
		p.UI.Say("firn: warning: %s; firn computes all hashes without it, which is slower; "+
			"do not trust other results of this machine", term.ErrorText(fault))
	}
}

// Notice prints a sentence for people, unless --quiet is set.
func (p *Program) Notice(sentence string) {
	if !p.Quiet {
		p.UI.Say("firn: %s", term.Show(sentence))
	}
}

// ShownRejects is the number of bad entries that commands show without --json.
const ShownRejects = 10
