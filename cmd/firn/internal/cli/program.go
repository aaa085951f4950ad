// Package cli is what every command of firn stands on: the program and its options, exit
// statuses, hints, consent, the flags that several commands share, and the environment.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"firn"
	"firn/catalog"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/vault"
	"firn/vault/vaulturl"
)

// Program is one run of the command: where it reads and writes, its clock, and
// the options that all commands share.
type Program struct {
	Args  []string // as typed, the program's own name first
	Root  *cobra.Command
	Stdin io.Reader
	Out   *term.Printer // standard output: what was asked for, and nothing else
	UI    *term.UI      // standard error: everything else
	Now   func() time.Time

	CatalogPath string
	JSON        bool
	Quiet       bool
	pricesPath  string // see addPrices
	keepDays    int    // see addKeepDays

	// Busy is set while a command has work in flight that a signal lets finish.
	Busy atomic.Bool
	// resume says how to continue what is being done, if that can be; see
	// abandon, which runs beside the command.
	resume atomic.Pointer[string]
}

// NewProgram is a program without commands.
func NewProgram(args []string, stdin, stdout, stderr *os.File) *Program {
	return &Program{Args: args, Stdin: stdin, Out: term.NewPrinter(stdout), UI: term.NewUI(stderr, term.WidthOf(stderr)), Now: time.Now}
}

// End writes out what is left and turns the command's error into the status.
func (p *Program) End(err error) Status {
	if flushed := p.Out.Flush(); err == nil && flushed != nil {
		err = flushed
	}
	p.UI.Clear()
	return p.Report(err)
}

// Abandon says the last words of a command that is left behind.
func (p *Program) Abandon() Status {
	p.UI.Clear()
	err := depot.ErrInterrupted
	if hint := p.resume.Load(); hint != nil {
		err = WithHint(err, *hint)
	}
	return p.Report(err)
}

// SetResume notes that an upload from path is being done, or anything else that
// may be continued, if path is empty.
func (p *Program) SetResume(path string) { p.BeginWork(p.ResumeHint(path)) }

// ResumeHint says how to continue an upload from path: by the command as it was
// typed.
func (p *Program) ResumeHint(path string) string {
	if path == "-" {
		return "feed the same bytes again (those that the vault holds are not sent) to: " + p.Typed()
	}
	return "continue with: " + p.Typed()
}

// Typed is the command line as it was typed, quoted for the shell.
func (p *Program) Typed() string { return term.ShellCommand(p.Args...) }

// OpenCatalog opens the catalog that --catalog names. The caller closes it.
func (p *Program) OpenCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if err := p.NeedCatalog(); err != nil {
		return nil, err
	}
	return catalog.Open(ctx, p.CatalogPath, catalog.Options{Now: p.Now})
}

// OpenKnownCatalog is openCatalog for what makes no sense without one.
func (p *Program) OpenKnownCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if there, err := p.HasCatalog(); err != nil {
		return nil, err
	} else if !there {
		return nil, WithHint(fmt.Errorf("there is no catalog %q yet", p.CatalogPath),
			"where it is, --catalog or FIRN_CATALOG tell; a new one is made by: firn catalog rebuild VAULT...")
	}
	return p.OpenCatalog(ctx)
}

// WithVault does what needs the catalog and a vault, with so many requests to the
// vault at a time, and closes both.
func (p *Program) WithVault(
	ctx context.Context, vaultArg string, connections int, do func(*catalog.Catalog, *vaulturl.Vault) error,
) (err error) {
	if err := p.NeedCatalog(); err != nil {
		return err
	}
	d, err := firn.Open(ctx, vaultArg, firn.Options{
		Catalog: p.CatalogPath, Connections: connections, KeepDays: p.keepDays, OnDamage: p.Damaged, Notice: p.Notice, Now: p.Now,
	})
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return do(d.Catalog, d.At)
}

// Depot is the library's view of a vault and the catalog: what the verbs work on. The vault
// may be nil for what works on the catalog alone, and the catalog likewise. Patience 0 is the library's own.
func (p *Program) Depot(v vault.Vault, c *catalog.Catalog, patience time.Duration) depot.Depot {
	d := depot.Depot{Vault: v, Patience: patience, Notice: p.Notice, Now: p.Now}
	if c != nil {
		d.Journal = c
	}
	return d
}

// Damaged warns of something in a directory vault that was passed over.
func (p *Program) Damaged(err error) { p.UI.Say("firn: warning: %s", term.ErrorText(err)) }

// Distrust warns of a processor whose SHA-256 instructions fail their test.
func (p *Program) Distrust(fault error) {
	if fault != nil {
		p.UI.Say("firn: warning: %s; all hashes are computed without it, which is right but slower; "+
			"what else this machine computes is in doubt", term.ErrorText(fault))
	}
}

// TypedWith is the command line as it was typed, with an option and perhaps its value
// more: before the "--" that ends the options, if there is one.
func (p *Program) TypedWith(option ...string) string {
	args := slices.Clone(p.Args)
	if i := slices.Index(args, "--"); i >= 0 {
		return term.ShellCommand(slices.Insert(args, i, option...)...)
	}
	return term.ShellCommand(append(args, option...)...)
}
