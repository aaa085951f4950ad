package admin

import (
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
)

const purgeLong = `Delete all archives of a vault, after asking. This cannot be undone.

firn first retrieves an inventory, which takes hours, to find archives that are
not in the catalog. An inventory of the last 24 hours is used again. With
--no-inventory firn deletes only the archives in the catalog.

firn then shows the number of archives and what the deletion costs, and asks you
to type the name of the vault; --yes answers in advance. If standard input is
not a terminal, --yes is required. Archives that are stored later are not
deleted.

The command can be interrupted and run again at any time. Archives that the
vault refuses to delete, for example because of a Vault Lock, are counted; all
others are deleted.

With --and-delete-vault firn also deletes the vault. Amazon Glacier permits that
only about a day later, after its next inventory, so the command waits.
Unfinished uploads are not deleted; see "firn multipart --help".

With --dry-run firn counts the archives in the catalog and sends no request.`

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
		Short:   "Delete all archives of a vault",
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
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	cli.AddDryRun(f, &o.dryRun)
	f.BoolVar(&o.noInventory, "no-inventory", false, "delete only the archives in the catalog")
	f.BoolVar(&o.andVault, "and-delete-vault", false, "also delete the vault, as soon as the service permits")
	f.IntVar(&o.concurrency, "concurrency", depot.DefaultConcurrency, "send `N` requests at once, fewer if the service throttles")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
	o.Add(f)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusRefused, cli.StatusNotReady, cli.StatusInterrupted)
}
