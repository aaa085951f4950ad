package backups

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"firn/backup"
	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/depot"
	"firn/vault/vaulturl"
)

// backupSession is one run of firn backup.
type backupSession struct {
	program  *cli.Program
	options  backupOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
	roots    []string // absolute
	keys     []string // public
	spending *packSpending
}

func runBackup(ctx context.Context, p *cli.Program, o backupOptions, vaultArg string, dirs []string) error {
	keys, err := o.recipients.Keys()
	if err != nil {
		return err
	}
	roots := make([]string, len(dirs))
	for i, dir := range dirs {
		if roots[i], err = filepath.Abs(dir); err != nil {
			return fmt.Errorf("the directory %q: %w", dir, err)
		}
	}
	if o.dryRun {
		return planBackup(ctx, p, o, vaultArg, roots, keys)
	}
	return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
		s := &backupSession{program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c, roots: roots, keys: keys}
		table, err := p.Prices(v.URL(), v.Class)
		if err != nil {
			return err
		}
		s.spending = &packSpending{table: table, limit: o.maxCost}
		return s.explain(s.run(ctx))
	})
}

// run asks what has to be asked, runs the commands of the user, and backs up in between. The
// lock keeps the commands of two runs apart: the second one would remove the snapshot of a file
// system from which the first one reads.
func (s *backupSession) run(ctx context.Context) (err error) {
	unlock, err := s.catalog.LockVault(ctx, s.vault.URL(), "firn backup")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	if err := s.checkEncryption(ctx, d); err != nil {
		return err
	}
	s.program.SetResume("")
	if err = s.hook(ctx, "before", s.options.before); err == nil {
		err = checkRoots(s.roots)
	}
	if err == nil {
		err = s.backUp(ctx, d)
	}
	status := fmt.Sprintf("FIRN_STATUS=%d", cli.StatusOf(err))
	after := s.hook(context.WithoutCancel(ctx), "after", s.options.after, status)
	if after != nil && err != nil { // only one can be the error of the command: report the other first
		s.program.Report(after)
		return err
	}
	return cmp.Or(err, after)
}

// hook runs a command of the user.
func (s *backupSession) hook(ctx context.Context, name, command string, more ...string) error {
	if command == "" {
		return nil
	}
	variables := append(more, "FIRN_VAULT="+s.vault.URL(), "FIRN_DIRECTORIES="+strings.Join(s.roots, "\n"))
	if err := s.program.RunShell(ctx, command, variables...); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("the command of --%s failed: %w", name, err)
	}
	return nil
}

// backUp backs up, shows the progress, and reports.
func (s *backupSession) backUp(ctx context.Context, d depot.Depot) error {
	p := s.program
	shown := progress.StartBackup(p)
	defer shown.Stop()
	d.Packing, d.Progress, d.ApproveUpload = shown.Packing, shown.Sending, s.spending.approve
	begin := p.Now()
	report, err := backup.Run(ctx, d, s.catalog.Backups(), s.roots, s.options.backup(begin, s.vault.URL(), s.keys))
	shown.Stop()
	return s.report(report, p.Now().Sub(begin), err)
}

// explain adds hints to the error of a backup.
func (s *backupSession) explain(err error) error {
	again := s.program.ResumeHint("")
	switch {
	case errors.Is(err, depot.ErrInterrupted):
		return cli.WithHint(err, again)
	case cli.OnceMended(err) != "":
		return cli.WithHint(err, cli.OnceMended(err)+again)
	case errors.Is(err, backup.ErrSpool) && s.options.spoolDir == "":
		return cli.WithHint(err, "to keep the packs elsewhere: "+s.program.TypedWith("--spool-dir", "DIR"), again)
	case errors.Is(err, backup.ErrSpool), errors.Is(err, depot.ErrGaveUp):
		return cli.WithHint(err, again)
	}
	return s.program.ExplainWait(s.program.ExplainVault(err, s.vaultArg))
}
