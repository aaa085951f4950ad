package records

import (
	"context"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/depot"
	"firn/reconcile"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const inventoryLong = `Asks a vault for the list of its archives and brings the catalog up to it.

A Glacier vault lists its archives about once a day, and takes hours to hand the
list out. The command finds an inventory that was asked for before, by whomever,
or asks for one, waits for it (--no-wait: exits with status 75) and reads it. It
may be stopped at any moment and run again. An inventory costs nothing.

Archives that the vault lists as the catalog has them become confirmed, others
differing, unknown ones are added under the name that their description hides.
Archives that two inventories of the whole vault lack, made more than 48 hours
after they were created, become missing. Nothing is ever removed from the
catalog. An upload whose end was unknown is settled. What the catalog has as
deleted is there again if a list that was made more than 48 hours later has it.

With --since or --until only archives created in that time are listed: a date, a
time such as 2026-06-01T12:00:00Z, or an age such as 7d, which is rounded to a
whole day so that the same command finds the same list. That makes nothing
missing.

A vault called import is written glacier://import or ./import.

` + cli.OnReadyHelp

const inventoryExample = `  firn inventory image-backups
  firn inventory image-backups --no-wait
  firn inventory import image-backups inventory.json`

// inventoryOptions are the options of firn inventory.
type inventoryOptions struct {
	cli.WaitOptions
	topic        cli.TopicFlag
	since, until cli.TimeFlag
}

// NewInventory returns the command firn inventory.
func NewInventory(p *cli.Program) *cobra.Command {
	var o inventoryOptions
	cmd := &cobra.Command{
		Use:     "inventory VAULT",
		Short:   "Bring the catalog up to what a vault says that it holds",
		Long:    inventoryLong,
		Example: inventoryExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.topic.Check(args[0]); err != nil {
				return err
			}
			return inventoryOf(cmd.Context(), p, args[0], o)
		},
	}
	f := cmd.Flags()
	f.Var(&o.since, "since", "list only archives created at this `TIME` or later, such as 7d")
	f.Var(&o.until, "until", "list only archives created before this `TIME`")
	o.Add(f)
	cli.AddTopic(f, &o.topic)
	cmd.AddCommand(newInventoryImport(p))
	return cli.WithStatuses(cmd, append(inventoryStatuses(), cli.StatusNotReady)...)
}

// inventoryStatuses returns the exit statuses of the commands that read inventories.
func inventoryStatuses() []cli.Status {
	return []cli.Status{
		cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum, cli.StatusDenied,
		cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted,
	}
}

// inventoryOf reads the inventory of one vault into the catalog.
func inventoryOf(ctx context.Context, p *cli.Program, vaultArg string, o inventoryOptions) error {
	return p.WithVault(ctx, vaultArg, 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
		return p.ExplainWait(p.ExplainVault(runInventory(ctx, p, c, v, o), vaultArg))
	})
}

func runInventory(ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault, o inventoryOptions) error {
	var report reconcile.Report
	hook := p.NewReadyHook(o.WaitOptions, func(vault.ArchiveID) string { return "" })
	err := o.WithBell(ctx, func(bell depot.Bell) (err error) {
		shown := progress.StartInventory(p)
		defer shown.Stop()
		p.BeginWork("continue with: " + p.Typed())
		d := p.Depot(v, c, 0)
		d.Bell, d.Ready = bell, func(job record.Job) { hook.Run(ctx, job) }
		d.Reading, d.Waiting = shown.Reading, shown.Waiting
		report, err = reconcile.Inventory(ctx, d, reconcile.Options{
			Since: o.since.DayAt(p.Now()), Until: o.until.DayAt(p.Now()), Topic: string(o.topic), NoWait: o.NoWait,
		})
		return err
	})
	if err != nil {
		return err
	}
	return hook.End(tellInventory(ctx, p, c, report))
}
