package main

import (
	"context"
	"errors"

	"firn/catalog"
	"firn/depot"
	"firn/internal/humane"
	"firn/purge"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

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
	approve := func(plan purge.Plan) error { return p.approve(ctx, plan) }
	purged, err := p.empty(ctx, purge.Options{CatalogOnly: p.noInventory}, approve, func(job record.Job) { hook.run(ctx, job) })
	if err == nil || purged.Deleted+purged.Refused > 0 {
		err = errors.Join(p.tellPurged(purged), err)
	}
	if err == nil && p.andVault {
		err = p.remove(ctx, purged)
	}
	return hook.end(err)
}

// empty deletes the archives of the vault, which it opens only for so long: a
// directory cannot be deleted while somebody has it open. approve and ready may be nil.
func (p *purging) empty(
	ctx context.Context, o purge.Options, approve func(purge.Plan) error, ready func(record.Job),
) (purged purge.Result, err error) {
	v, err := vaulturl.Open(ctx, p.vaultArg, vaulturl.Options{Connections: p.concurrency, OnDamage: p.damaged, Notice: p.notice})
	if err != nil {
		return purged, p.explainOpen(err, p.vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	view, stop := p.showInventory()
	defer func() { stop() }()
	o.NoWait, o.Concurrency = p.noWait, p.concurrency
	d := p.depot(v, p.catalog, p.retryFor)
	d.Reading, d.Waiting, d.Ready = view.reading, view.waiting, ready
	var deleting *progress
	d.Progress = func(now depot.Progress) {
		if deleting != nil {
			deleting.update(now)
		}
	}
	approved := func(plan purge.Plan) error {
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
	err = p.withBell(ctx, func(bell depot.Bell) error {
		d.Bell = bell
		p.beginWork("continue with: " + p.typed())
		purged, err = purge.Vault(ctx, d, o, approved)
		return err
	})
	return purged, err
}

// purgedObject is what was deleted, on standard output.
type purgedObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Deleted     int    `json:"deleted"`
	Bytes       int64  `json:"bytes"`           // of those whose size is known
	Unknown     int    `json:"of_unknown_size"` // of the deleted ones
	Refused     int    `json:"refused"`         // by the vault; they are there
	Kept        int    `json:"kept"`            // stored after the command was given
}

func (p *purging) tellPurged(purged purge.Result) error {
	if p.json {
		return p.out.object(purgedObject{"purged", p.url, purged.Deleted, purged.Bytes, purged.Unknown, purged.Refused, purged.Spared})
	}
	if !p.quiet {
		p.ui.say("firn: deleted %s, %s, from %s in %s", humane.Count(purged.Deleted, "archive"), sumText(purged.Bytes, purged.Unknown),
			show(p.url), humane.Duration(purged.Elapsed))
	}
	return nil
}
