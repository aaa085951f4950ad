package backups

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
)

const backupLong = `Back up directories to a vault, and print the id of the snapshot.

firn packs files into a few large archives, called packs, and stores only what
is new: a file is unchanged if its size, times and inode are those of the last
backup, and a content that the vault has is not stored again. Packs are written
into --spool-dir, sent, and removed when the vault has confirmed them.

Running the same command again is always safe. After an interruption it
continues, sends no acknowledged part again, and stores nothing twice.

A file that cannot be read, or that changes while it is read, does not end the
backup: firn lists it and ends with status 3. It then has its last version in
the snapshot, or what was read of it.

With --recipient, packs are encrypted. The first encrypted backup of a vault
asks whether you keep the secret key elsewhere; --key-elsewhere answers.

RULE is a line as in .gitignore, and so are the lines of files called
.firnignore in the directories. --exclude and --include may be given several
times.

The commands of --before and --after run in a shell, with FIRN_VAULT and, one on
a line, FIRN_DIRECTORIES in their environment. If --before fails, there is no
backup. --after always runs, with FIRN_STATUS, the exit status so far. A dry run
runs neither.

` + keyring.RecipientHelp

const backupExample = `  firn backup cold-home /home --recipient key.txt.pub
  firn backup cold-home /home /etc --exclude '*.tmp' --exclude-caches --dry-run
  firn backup ./cold ~/photos --tag holidays --not-before 2y`

// NewBackup returns the command firn backup.
func NewBackup(p *cli.Program) *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use:     "backup VAULT DIR...",
		Short:   "Back up directories",
		Long:    backupLong,
		Example: backupExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runBackup(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	o.add(cmd)
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}
