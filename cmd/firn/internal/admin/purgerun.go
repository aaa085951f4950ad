package admin

import (
	"context"
	"errors"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/purge"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

// purging is one run of firn purge.
type purging struct {
	program *cli.Program
	purgeOptions
	vaultArg string // as typed
	place    *vaulturl.Place
	catalog  *catalog.Catalog
	url      string
}

func runPurge(ctx context.Context, p *cli.Program, vaultArg string, o purgeOptions) (err error) {
	if o.concurrency < 1 {
		return cli.UsageError("--concurrency must be at least 1")
	}
	if o.retryFor <= 0 {
		return cli.UsageError("--retry-for must be more than 0s")
	}
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	place.OnDamage = p.Damaged
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	run := &purging{program: p, purgeOptions: o, vaultArg: vaultArg, place: place, catalog: c, url: place.URL(place.Name)}
	return p.ExplainWait(p.ExplainVault(run.run(ctx), vaultArg))
}

func (p *purging) run(ctx context.Context) error {
	if p.andVault {
		if gone, err := p.isGone(ctx); gone || err != nil {
			return err
		}
	}
	hook := p.program.NewReadyHook(p.WaitOptions, func(vault.ArchiveID) string { return "" })
	approve := func(plan purge.Plan) error { return p.approve(ctx, plan) }
	purged, err := p.empty(ctx, purge.Options{CatalogOnly: p.noInventory}, approve, func(job record.Job) { hook.Run(ctx, job) })
	if err == nil || purged.Deleted+purged.Refused > 0 {
		err = errors.Join(p.tellPurged(purged), err)
	}
	if err == nil && p.andVault {
		err = p.remove(ctx, purged)
	}
	return hook.End(err)
}

// empty deletes the archives of the vault. It closes the vault at the end, because an open
// directory vault cannot be deleted. approve and ready may be nil.
func (p *purging) empty(
	ctx context.Context, o purge.Options, approve func(purge.Plan) error, ready func(record.Job),
) (purged purge.Result, err error) {
	p.program.Contact(p.vaultArg)
	v, err := vaulturl.Open(ctx, p.vaultArg, vaulturl.Options{Connections: p.concurrency, OnDamage: p.program.Damaged, Notice: p.program.Notice})
	if err != nil {
		return purged, p.program.ExplainOpen(err, p.vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	shown := progress.StartInventory(p.program)
	stop := shown.Stop
	defer func() { stop() }()
	o.NoWait, o.Concurrency = p.NoWait, p.concurrency
	d := p.program.Depot(v, p.catalog, p.retryFor)
	d.Reading, d.Waiting, d.Ready = shown.Reading, shown.Waiting, ready
	var deleting *progress.Transfer
	d.Progress = func(now depot.Progress) {
		if deleting != nil {
			deleting.Update(now)
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
		if plan.Archives > 0 {
			deleting = progress.StartOne(p.program, "archive")
			stop = deleting.Stop
		}
		return nil
	}
	err = p.WithBell(ctx, func(bell depot.Bell) error {
		d.Bell = bell
		p.program.BeginWork("continue with: " + p.program.Typed())
		purged, err = purge.Vault(ctx, d, o, approved)
		return err
	})
	return purged, err
}

// purgedObject is the result of a purge, on standard output.
type purgedObject struct {
	MessageType string `json:"message_type"`
	Vault       string `json:"vault"`
	Deleted     int    `json:"deleted"`
	Bytes       int64  `json:"bytes"`           // of the deleted archives whose size is known
	Unknown     int    `json:"of_unknown_size"` // of the deleted archives
	Refused     int    `json:"refused"`         // by the vault; they remain
	Kept        int    `json:"kept"`            // stored after the command began
}

func (p *purging) tellPurged(purged purge.Result) error {
	if p.program.JSON {
		return p.program.Out.Object(purgedObject{"purged", p.url, purged.Deleted, purged.Bytes, purged.Unknown, purged.Refused, purged.Spared})
	}
	if !p.program.Quiet {
		p.program.UI.Say("firn: deleted %s, %s, from %s in %s", humane.Count(purged.Deleted, "archive"), cli.SumText(purged.Bytes, purged.Unknown),
			term.Show(p.url), humane.Duration(purged.Elapsed))
	}
	return nil
}
