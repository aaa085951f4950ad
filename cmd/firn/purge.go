package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"firn"
	"firn/catalog"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vaulturl"
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

Unfinished uploads are no archives: see firn multipart list and abort.`

const purgeExample = `  firn purge image-backups
  firn purge image-backups --and-delete-vault --yes`

// purgeOptions are the options of firn purge.
type purgeOptions struct {
	waitOptions
	yes         bool
	noInventory bool
	andVault    bool
	concurrency int
	retryFor    time.Duration
}

func (p *program) newPurge() *cobra.Command {
	var o purgeOptions
	cmd := &cobra.Command{
		Use:     "purge VAULT",
		Short:   "Delete every archive of a vault",
		Long:    purgeLong + "\n\n" + onReadyHelp,
		Example: purgeExample,
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.purge(cmd.Context(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.noInventory, "no-inventory", false, "delete only what the catalog knows")
	f.BoolVar(&o.andVault, "and-delete-vault", false, "delete the vault, too, as soon as it may be")
	f.IntVar(&o.concurrency, "concurrency", firn.DefaultConcurrency, "requests in flight, fewer if the service asks to slow down")
	f.DurationVar(&o.retryFor, "retry-for", 20*time.Hour, "how long to go on without any progress")
	o.add(f)
	p.addPrices(f)
	return exits(cmd, statusDone, statusError, statusUsage, statusIncomplete, statusDenied, statusLocked,
		statusDamaged, statusRefused, statusNotReady, statusInterrupted)
}

// purging is one run of firn purge.
type purging struct {
	*program
	purgeOptions
	vaultArg string // as typed
	place    *vaulturl.Place
	catalog  *catalog.Catalog
	url      string
}

func (p *program) purge(ctx context.Context, vaultArg string, o purgeOptions) (err error) {
	if o.concurrency < 1 {
		return usageError("--concurrency must be at least 1")
	}
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return p.explainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	place.OnDamage = p.damaged
	c, err := p.openCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	run := &purging{program: p, purgeOptions: o, vaultArg: vaultArg, place: place, catalog: c, url: place.URL(place.Name)}
	return p.explainWait(p.explainVault(run.run(ctx), vaultArg))
}

func (p *purging) run(ctx context.Context) error {
	if p.andVault {
		if gone, err := p.isGone(ctx); gone || err != nil {
			return err
		}
	}
	hook := p.newReadyHook(p.waitOptions, func(vault.ArchiveID) string { return "" })
	purged, err := p.empty(ctx, firn.PurgeOptions{
		CatalogOnly: p.noInventory, Approve: func(plan firn.PurgePlan) error { return p.approve(ctx, plan) },
		Ready: func(job record.Job) { hook.run(ctx, job) },
	})
	if err == nil || purged.Deleted+purged.Refused > 0 {
		err = errors.Join(p.tellPurged(purged), err)
	}
	if err == nil && p.andVault {
		err = p.remove(ctx, purged)
	}
	return hook.end(err)
}

// isGone reports whether the vault is not there any more after it was purged: an
// earlier run has deleted it.
func (p *purging) isGone(ctx context.Context) (bool, error) {
	err := p.retry(ctx, func(ctx context.Context) error {
		_, err := p.place.DescribeVault(ctx, p.place.Name)
		return err
	})
	if !errors.Is(err, vault.ErrNotFound) {
		return false, err
	}
	emptied, failed := p.catalog.LastDeleted(ctx, p.url)
	if failed != nil || emptied.IsZero() {
		return false, errors.Join(failed, err)
	}
	p.note("the vault is not there any more; the catalog has it as emptied at " + humane.Time(emptied))
	return true, nil
}

// empty deletes the archives of the vault, which it opens only for so long: a
// directory cannot be deleted while somebody has it open.
func (p *purging) empty(ctx context.Context, o firn.PurgeOptions) (purged firn.Purged, err error) {
	v, err := vaulturl.Open(ctx, p.vaultArg, vaulturl.Options{Connections: p.concurrency, OnDamage: p.damaged})
	if err != nil {
		return purged, p.explainOpen(err, p.vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	view, stop := p.showInventory()
	defer func() { stop() }()
	o.NoWait, o.Concurrency, o.RetryFor = p.noWait, p.concurrency, p.retryFor
	o.Journal, o.VaultURL, o.Drain, o.Notice, o.Now = p.catalog, p.url, ctx.Done(), p.note, p.now
	o.Listing, o.Waiting = view.listing, view.waiting
	var deleting *progress
	o.Progress = func(now firn.Progress) {
		if deleting != nil {
			deleting.update(now)
		}
	}
	approve := o.Approve
	o.Approve = func(plan firn.PurgePlan) error {
		stop()
		stop = func() {}
		if approve != nil {
			if err := approve(plan); err != nil {
				return err
			}
		}
		if !p.quiet && plan.Archives > 0 {
			deleting = startProgress(p.ui, p.now, "archive")
			stop = deleting.stop
		}
		return nil
	}
	err = p.withBell(ctx, func(bell firn.Bell) error {
		o.Bell = bell
		p.beginWork("continue with: " + p.typed())
		purged, err = firn.Purge(context.WithoutCancel(ctx), v, o)
		return err
	})
	return purged, err
}

// purgedObject is what was deleted, on standard output.
type purgedObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Deleted     int    `json:"deleted"`
	Bytes       int64  `json:"bytes"`
	Refused     int    `json:"refused"` // by the vault; they are there
	Kept        int    `json:"kept"`    // stored after the command was given
}

func (p *purging) tellPurged(purged firn.Purged) error {
	if p.json {
		return p.out.object(purgedObject{"purged", p.url, purged.Deleted, purged.Bytes, purged.Refused, purged.Spared})
	}
	if !p.quiet {
		p.ui.say("firn: deleted %s, %s, from %s in %s", humane.Count(purged.Deleted, "archive"), humane.Bytes(purged.Bytes),
			show(p.url), humane.Duration(purged.Elapsed))
	}
	return nil
}

// remove deletes the vault once that is allowed.
func (p *purging) remove(ctx context.Context, purged firn.Purged) error {
	if err := p.refuseNew(purged); err != nil {
		return err
	}
	waiting := time.Time{}
	err := firn.RemoveVault(context.WithoutCancel(ctx), p.place, p.place.Name, firn.RemoveOptions{
		Again: func(context.Context) error {
			again, err := p.empty(ctx, firn.PurgeOptions{Fresh: true, Until: purged.Until})
			if err != nil {
				return err
			}
			return p.refuseNew(again)
		},
		NoWait: p.noWait, RetryFor: p.retryFor, Journal: p.catalog, VaultURL: p.url, Drain: ctx.Done(),
		Waiting: func(next time.Time) {
			if waiting.IsZero() {
				p.note("the vault can be deleted once it has counted its archives, about once a day; it is tried again now and then")
			}
			waiting = next
		},
		Notice: p.note, Now: p.now,
	})
	if err != nil {
		return err
	}
	if p.json {
		return p.out.object(createdObject{"deleted", p.url})
	}
	if !p.quiet {
		p.ui.say("firn: deleted the vault %s", show(p.url))
	}
	return nil
}

// refuseNew keeps a vault that somebody goes on storing archives in.
func (p *purging) refuseNew(purged firn.Purged) error {
	if purged.Spared == 0 {
		return nil
	}
	return withHint(refusedError("%s came into the vault after you agreed to empty it, so neither is deleted",
		humane.Count(purged.Spared, "archive")), "what is there: "+shellCommand("firn", "list", p.url))
}
