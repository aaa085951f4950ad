package records

import (
	"context"
	"errors"

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

const inventoryLong = `Retrieve the inventory of a vault, which lists its archives, and update the
catalog.

An Amazon Glacier vault makes an inventory about once a day and takes hours to
return it. firn finds the job of an earlier request or starts one, waits for it
and reads the output. The command can be interrupted and run again at any time.
An inventory costs nothing.

How archives in the catalog change:

  confirmed  the inventory lists the archive as the catalog has it
  differing  the inventory lists it with another size or tree hash
  missing    two complete inventories in a row, made more than 48 hours after
             the archive was created, do not list it

Archives that the catalog does not know are added, with the name in their
description. Nothing is ever removed from the catalog. Uploads whose result was
unknown are resolved. A deleted archive counts as stored again if an inventory
that was made more than 48 hours after the deletion lists it.

With --since or --until, the inventory is partial: it lists only the archives
created in that time. A partial inventory never marks an archive as missing.

To name a vault called import, write glacier://import or ./import.

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
		Short:   "Update the catalog from the inventory of a vault",
		Long:    inventoryLong,
		Example: inventoryExample,
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(cli.CheckPeriod(o.since.At(p.Now()), o.until.At(p.Now())), o.topic.Check(args[0])); err != nil {
				return err
			}
			return inventoryOf(cmd.Context(), p, args[0], o)
		},
	}
	f := cmd.Flags()
	f.Var(&o.since, "since", "only archives created at `TIME` or later, such as 7d (rounded to a day)")
	f.Var(&o.until, "until", "only archives created before `TIME`")
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
