package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"firn"
	"firn/catalog"
	"firn/depot"
	"firn/treehash"
	"firn/vault"
	"firn/vault/vaulturl"
)

// program is one run of the command: where it reads and writes, its clock, and
// the options that all commands share.
type program struct {
	args  []string // as typed, the program's own name first
	root  *cobra.Command
	stdin io.Reader
	out   *printer // standard output: what was asked for, and nothing else
	ui    *ui      // standard error: everything else
	now   func() time.Time

	catalogPath string
	json        bool
	quiet       bool
	pricesPath  string // see addPrices
	keepDays    int    // see addKeepDays

	// busy is set while a command has work in flight that a signal lets finish.
	busy atomic.Bool
	// resume says how to continue what is being done, if that can be; see
	// abandon, which runs beside the command.
	resume atomic.Pointer[string]
}

func newProgram(args []string, stdin, stdout, stderr *os.File) *program {
	p := &program{args: args, stdin: stdin, out: newPrinter(stdout), ui: newUI(stderr), now: time.Now}
	p.root = p.newRoot()
	p.root.SetArgs(args[1:])
	return p
}

// oldName is the tool whose arguments are taken when the binary has its name.
const oldName = "gt_upload_large"

// run executes the command line and returns the exit status.
func (p *program) run(ctx context.Context) status {
	p.distrust(treehash.Fault())
	name := strings.TrimSuffix(filepath.Base(p.args[0]), ".exe")
	if name == oldName {
		return p.end(p.uploadLarge(ctx, p.args[1:]))
	}
	if err := p.checkHyphens(); err != nil {
		return p.end(err)
	}
	return p.end(p.root.ExecuteContext(ctx))
}

// end writes out what is left and turns the command's error into the status.
func (p *program) end(err error) status {
	if flushed := p.out.flush(); err == nil && flushed != nil {
		err = flushed
	}
	p.ui.clear()
	return p.report(err)
}

// abandon says the last words of a command that is left behind.
func (p *program) abandon() status {
	p.ui.clear()
	err := depot.ErrInterrupted
	if hint := p.resume.Load(); hint != nil {
		err = withHint(err, *hint)
	}
	return p.report(err)
}

// setResume notes that an upload from path is being done, or anything else that
// may be continued, if path is empty.
func (p *program) setResume(path string) { p.beginWork(p.resumeHint(path)) }

// resumeHint says how to continue an upload from path: by the command as it was
// typed.
func (p *program) resumeHint(path string) string {
	if path == "-" {
		return "feed the same bytes again (those that the vault holds are not sent) to: " + p.typed()
	}
	return "continue with: " + p.typed()
}

// typed is the command line as it was typed, quoted for the shell.
func (p *program) typed() string { return shellCommand(p.args...) }

// openCatalog opens the catalog that --catalog names. The caller closes it.
func (p *program) openCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if err := p.needCatalog(); err != nil {
		return nil, err
	}
	return catalog.Open(ctx, p.catalogPath, catalog.Options{Now: p.now})
}

// openKnownCatalog is openCatalog for what makes no sense without one.
func (p *program) openKnownCatalog(ctx context.Context) (*catalog.Catalog, error) {
	if there, err := p.hasCatalog(); err != nil {
		return nil, err
	} else if !there {
		return nil, withHint(fmt.Errorf("there is no catalog %q yet", p.catalogPath),
			"where it is, --catalog or FIRN_CATALOG tell; a new one is made by: firn catalog rebuild VAULT...")
	}
	return p.openCatalog(ctx)
}

// withVault does what needs the catalog and a vault, with so many requests to the
// vault at a time, and closes both.
func (p *program) withVault(
	ctx context.Context, vaultArg string, connections int, do func(*catalog.Catalog, *vaulturl.Vault) error,
) (err error) {
	if err := p.needCatalog(); err != nil {
		return err
	}
	d, err := firn.Open(ctx, vaultArg, firn.Options{
		Catalog: p.catalogPath, Connections: connections, KeepDays: p.keepDays, OnDamage: p.damaged, Notice: p.notice, Now: p.now,
	})
	if err != nil {
		return p.explainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return do(d.Catalog, d.At)
}

// depot is the library's view of a vault and the catalog: what the verbs work on. The vault
// may be nil for what works on the catalog alone, and the catalog likewise. Patience 0 is the library's own.
func (p *program) depot(v vault.Vault, c *catalog.Catalog, patience time.Duration) depot.Depot {
	d := depot.Depot{Vault: v, Patience: patience, Notice: p.notice, Now: p.now}
	if c != nil {
		d.Journal = c
	}
	return d
}

// damaged warns of something in a directory vault that was passed over.
func (p *program) damaged(err error) { p.ui.say("firn: warning: %s", errorText(err)) }

// distrust warns of a processor whose SHA-256 instructions fail their test.
func (p *program) distrust(fault error) {
	if fault != nil {
		p.ui.say("firn: warning: %s; all hashes are computed without it, which is right but slower; "+
			"what else this machine computes is in doubt", errorText(fault))
	}
}

// typedWith is the command line as it was typed, with an option and perhaps its value
// more: before the "--" that ends the options, if there is one.
func (p *program) typedWith(option ...string) string {
	args := slices.Clone(p.args)
	if i := slices.Index(args, "--"); i >= 0 {
		return shellCommand(slices.Insert(args, i, option...)...)
	}
	return shellCommand(append(args, option...)...)
}
