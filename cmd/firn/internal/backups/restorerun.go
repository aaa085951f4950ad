package backups

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/internal/seal"
	"firn/jobs"
	"firn/record"
	"firn/restore"
	"firn/vault"
	"firn/vault/vaulturl"
)

// restoreSession is one run of firn restore.
type restoreSession struct {
	program  *cli.Program
	options  restoreOptions
	vaultArg string // as typed
	vault    *vaulturl.Vault
	catalog  *catalog.Catalog
	bell     depot.Bell
	patterns []string
	unused   []string // those of them that match nothing
}

func (s *restoreSession) run(ctx context.Context) (err error) {
	if err := s.checkStream(); err != nil {
		return err
	}
	ids, err := s.options.identity.Read(ctx, s.program)
	if err != nil {
		return err
	}
	workDir, remove, err := s.workDir()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	shown := progress.StartRestore(s.program)
	defer shown.Stop()
	hook := s.program.NewReadyHook(s.options.WaitOptions, s.nameOf(ctx))
	d := s.program.Depot(s.vault, s.catalog, s.options.retryFor)
	d.Bell, d.Progress, d.Waiting, d.Notice = s.bell, shown.Update, shown.Wait, s.program.NoticesOfMany()
	d.Ready, d.Restoring = func(job record.Job) { hook.Run(ctx, job) }, shown.Restoring
	plan, err := restore.NewPlan(ctx, d, s.catalog.Backups(), s.options.selection(s.program.Now(), s.patterns), restore.Options{
		Dir: s.options.to, WorkDir: workDir, Identities: ids, Force: s.options.force, Owners: s.options.owner, Devices: s.options.devices,
		SetUID: s.options.setuid, Download: s.options.download(),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plan.Close()) }()
	s.unused = plan.Unused
	cost, err := s.cost(plan)
	switch {
	case err != nil:
		return err
	case s.options.dryRun:
		return s.tellPlan(plan, cost)
	}
	s.announce(plan, cost)
	s.program.SetResume("")
	shown.Begin(plan.Fetch)
	return hook.End(s.restore(ctx, plan, shown))
}

// restore restores the files and reports.
func (s *restoreSession) restore(ctx context.Context, plan *restore.Plan, shown *progress.Restore) error {
	begin := s.program.Now()
	var report restore.Report
	var err error
	if s.options.output == "-" {
		report, err = plan.Stream(ctx, s.program.Out)
	} else {
		report, err = plan.Run(ctx)
	}
	shown.Stop()
	return s.report(report, s.program.Now().Sub(begin), err)
}

// checkStream refuses to write a file to a terminal or among JSON.
func (s *restoreSession) checkStream() error {
	switch {
	case s.options.output != "-" || s.options.dryRun:
	case s.program.JSON:
		return cli.UsageError("-o - and --json cannot share standard output")
	case s.program.Out.IsTerminal():
		return cli.WithHint(cli.UsageError("standard output is a terminal, and the bytes of a file could garble it"), "redirect it, or give --to DIR")
	}
	return nil
}

// workDir returns the directory for downloaded ranges, and a function for its end. A dry run and a
// stream without --work-dir have a temporary one.
func (s *restoreSession) workDir() (dir string, remove func() error, err error) {
	if s.options.workDir == "" && (s.options.dryRun || s.options.output == "-") {
		dir, err = os.MkdirTemp("", "firn-restore-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	dir, err = s.options.workDirOf()
	return dir, func() error { return nil }, err
}

// nameOf returns a function that names an archive for a command of the user.
func (s *restoreSession) nameOf(ctx context.Context) func(vault.ArchiveID) string {
	return func(id vault.ArchiveID) string {
		a, err := s.catalog.ArchiveByID(ctx, s.vault.URL(), id)
		if err != nil {
			return string(id)
		}
		return filepath.Base(a.Name)
	}
}

// explain adds hints to the error of a restore.
func (s *restoreSession) explain(err error) error {
	again := "continue with: " + s.program.Typed()
	if notReady, ok := errors.AsType[*jobs.NotReadyError](err); ok {
		return cli.WithHint(err, fmt.Sprintf("about %s, %s", humane.Time(notReady.Back), again))
	}
	switch {
	case errors.Is(err, seal.ErrIdentity):
		return cli.WithHint(err, "with the file of the secret key: "+s.program.TypedWith("--identity", "FILE"))
	case errors.Is(err, depot.ErrInterrupted), errors.Is(err, depot.ErrGaveUp):
		return cli.WithHint(err, again)
	case cli.OnceMended(err) != "":
		return cli.WithHint(err, cli.OnceMended(err)+again)
	case errors.Is(err, vault.ErrInvalid) && s.options.output == "-":
		return cli.InClass(err, cli.ErrUsage)
	case errors.Is(err, vault.ErrInvalid):
		return cli.WithHint(cli.InClass(err, cli.ErrUsage), "the snapshots on record: "+term.ShellCommand("firn", "snapshot", "list", s.vaultArg))
	case errors.Is(err, vault.ErrNotFound):
		hints := []string{"the snapshots on record: " + term.ShellCommand("firn", "snapshot", "list", s.vaultArg)}
		if len(s.patterns) > 0 {
			hints = append(hints, "to search all of them: "+findAnywhere(s.patterns...))
		}
		return cli.WithHint(err, hints...)
	}
	return s.program.ExplainWait(s.program.ExplainVault(err, s.vaultArg))
}
