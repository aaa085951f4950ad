package backups

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/vault/vaulturl"
)

const restoreLong = `Restore files from the snapshots of a vault into a directory.

Without PATTERN, everything is restored. A PATTERN with a slash is compared with
the whole path, and one without with the name; a directory that matches comes
with its content. * matches anything but a slash, ** also slashes, ? one
character. Quote a PATTERN for the shell. Files get their whole paths below DIR.

The newest snapshot of each directory is used, or with --at the newest one of
that time, or one by its id. firn retrieves only the ranges of the packs that
the files are in, waits for the jobs, decrypts, and compares each file with its
SHA-256 before the file gets its name. A bucket in a cold class restores whole
packs, which are then read in ranges. --dry-run shows bytes, price and hours.

The command can be interrupted at any time. The same command continues: files
that are there stay, and no range is downloaded twice.

Existing files are replaced only with --force. Nothing is written outside of
DIR. Devices, and the bits setuid and setgid, are left out unless you
ask for them. What cannot be restored is listed, and firn ends with status 3.

` + cli.OnReadyHelp

const restoreExample = `  firn restore cold-home /home/anna/thesis --to back --identity key.txt
  firn restore cold-home '*.odt' --to back --at 2026-06-01 --dry-run
  firn restore cold-home /etc/fstab -o - --at 3f9ac2d81b40
  firn restore cold-home --to / --force --owner --tier Bulk --max-cost 20`

// NewRestore returns the command firn restore.
func NewRestore(p *cli.Program) *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:     "restore VAULT [PATTERN...]",
		Short:   "Restore files of backups",
		Long:    restoreLong,
		Example: restoreExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			return runRestore(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	o.add(cmd)
	p.AddKeepDays(cmd.Flags())
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}

func runRestore(ctx context.Context, p *cli.Program, o restoreOptions, vaultArg string, patterns []string) error {
	if err := needRecord(p); err != nil {
		return err
	}
	return o.WithBell(ctx, func(bell depot.Bell) error {
		return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
			s := &restoreSession{program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c, bell: bell, patterns: patterns}
			return s.explain(s.run(ctx))
		})
	})
}
