package backups

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"firn/backup"
	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/source"
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
	if after != nil && err != nil { // one of them is the error of the command, the other is told before
		s.program.Report(after)
		return err
	}
	return cmp.Or(err, after)
}

// checkRoots refuses what is no directory before a snapshot is begun.
func checkRoots(roots []string) error {
	for _, root := range roots {
		info, err := os.Stat(root)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no directory %q", root)
		}
		if err != nil {
			return source.Unreadable(root, err)
		}
		if !info.IsDir() {
			return cli.WithHint(fmt.Errorf("%q is not a directory", root),
				"for a single file, name its directory: firn backup VAULT DIR --include "+term.ShellCommand("/"+filepath.Base(root)))
		}
	}
	return nil
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

// checkEncryption makes sure that encrypted files can be read again, and that nobody forgets to
// encrypt.
func (s *backupSession) checkEncryption(ctx context.Context, d depot.Depot) error {
	if len(s.keys) > 0 {
		return keyring.Insist(ctx, s.program, s.catalog, d, s.vault.URL(), s.keys, s.options.keyElsewhere)
	}
	isFirst, isEncrypted, err := s.earlier(ctx)
	switch {
	case err != nil:
		return err
	case isFirst:
		s.program.Notice("the packs are not encrypted: whoever can read the vault can read the files (--recipient encrypts)")
	case isEncrypted && !s.options.yes:
		question := fmt.Sprintf("the last packs of %s are encrypted; store these without encryption?", s.program.VaultTitle(ctx, s.vault.URL()))
		return cli.WithHint(s.program.Confirm(ctx, question), "to encrypt: "+s.program.TypedWith("--recipient", "KEY"))
	}
	return nil
}

// earlier reports whether the vault has no packs on record, and whether the last one is
// encrypted.
func (s *backupSession) earlier(ctx context.Context) (isFirst, isEncrypted bool, err error) {
	isFirst = true
	book := s.catalog.Backups()
	snapshots, err := snapshotsOf(ctx, book, s.vault.URL(), selection{})
	for i := len(snapshots) - 1; i >= 0 && isFirst && err == nil; i-- {
		for pack, packErr := range book.Packs(ctx, snapshots[i].Key) {
			if err = packErr; err != nil {
				break
			}
			isFirst, isEncrypted = false, len(pack.Header) > 0
		}
	}
	return isFirst, isEncrypted, err
}

// backUp backs up, shows the progress, and reports.
func (s *backupSession) backUp(ctx context.Context, d depot.Depot) error {
	p := s.program
	shown := progress.StartBackup(p)
	defer shown.Stop()
	d.Packing, d.Progress, d.ApproveUpload = shown.Packing, shown.Sending, s.spending.approve
	begin := p.Now()
	report, err := backup.Run(ctx, d, s.catalog.Backups(), s.roots, s.options.backup(begin, s.keys))
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
