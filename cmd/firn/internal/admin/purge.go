package admin

import (
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
)

const purgeLong = `Deletes every archive of a vault, for ever, after asking.

An inventory is taken first, which takes hours, so that archives are found that
the catalog does not know; one that was read within the last day will do. With
--no-inventory only what the catalog knows is deleted.

Then it is shown how many archives there are and what it costs to delete them,
and the vault's name must be typed, or --yes given. Without a terminal nobody can
be asked, and --yes is needed. What is stored after that stays.

The command may be stopped at any moment and run again: it goes on. Archives that
the vault refuses to delete, such as those under a Vault Lock, are counted, and
the others are deleted all the same.

With --and-delete-vault the vault itself is deleted, too. Amazon Glacier allows
that about a day later, once it has counted its archives, so the command waits
(--no-wait: exits with status 75), and deletes what was found meanwhile.

With --dry-run the archives on record are counted, and no inventory is taken.

Unfinished uploads are no archives: see firn multipart list and abort.`

const purgeExample = `  firn purge image-backups
  firn purge image-backups --dry-run
  firn purge image-backups --and-delete-vault --yes`

// purgeOptions are the options of firn purge.
type purgeOptions struct {
	cli.WaitOptions
	yes         bool
	dryRun      bool
	noInventory bool
	andVault    bool
	concurrency int
	retryFor    time.Duration
}

// NewPurge returns the command firn purge.
func NewPurge(p *cli.Program) *cobra.Command {
	var o purgeOptions
	cmd := &cobra.Command{
		Use:     "purge VAULT",
		Short:   "Delete every archive of a vault",
		Long:    purgeLong + "\n\n" + cli.OnReadyHelp,
		Example: purgeExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.dryRun {
				return planPurge(cmd.Context(), p, args[0], o)
			}
			return runPurge(cmd.Context(), p, args[0], o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	addDeletionDryRun(f, &o.dryRun)
	f.BoolVar(&o.noInventory, "no-inventory", false, "delete only what the catalog knows")
	f.BoolVar(&o.andVault, "and-delete-vault", false, "delete the vault, too, as soon as it may be")
	f.IntVar(&o.concurrency, "concurrency", depot.DefaultConcurrency, "requests in flight, fewer if the service asks to slow down")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after this `TIME` without any progress")
	o.Add(f)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}
