package backups

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"

	"firn/backup"
	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/internal/price"
	"firn/upload"
	"firn/vault/vaulturl"
)

// backupPlanObject is what a backup would do, on standard output.
type backupPlanObject struct {
	MessageType     string          `json:"message_type"`
	Vault           string          `json:"vault"`
	Directories     []string        `json:"directories"`
	Files           int64           `json:"files"`
	Bytes           int64           `json:"bytes"`
	FilesNew        int64           `json:"files_new"`
	FilesChanged    int64           `json:"files_changed"`
	FilesUnchanged  int64           `json:"files_unchanged"`
	FilesGone       int64           `json:"files_gone"`
	FilesOmitted    int64           `json:"files_omitted"`
	FilesUnreadable int64           `json:"files_unreadable"`
	BytesToStore    int64           `json:"bytes_to_store"` // before compression
	Packs           int64           `json:"packs"`          // at most
	Requests        int64           `json:"requests"`       // at most
	RequestsUSD     float64         `json:"requests_usd"`
	StorageUSDMonth float64         `json:"storage_usd_per_month"`
	StorageUSDLeast float64         `json:"storage_usd_at_least"`
	PricesAsOf      string          `json:"prices_as_of"` // empty if nothing is charged
	Certainty       price.Certainty `json:"certainty"`
}

// planBackup prints what a backup would do and cost. It sends nothing, and creates no catalog.
func planBackup(ctx context.Context, p *cli.Program, o backupOptions, vaultArg string, roots, keys []string) (err error) {
	if err := checkRoots(roots); err != nil {
		return err
	}
	p.Contact(vaultArg)
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.Damaged})
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	table, err := p.Prices(v.URL(), v.Class)
	if err != nil {
		return err
	}
	c, closeCatalog, err := catalogForPlan(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeCatalog()) }()
	shown := progress.StartBackup(p)
	d := p.Depot(v, c, o.retryFor)
	d.Packing = shown.Packing
	options := o.backup(p.Now(), v.URL(), keys)
	plan, err := backup.Estimate(ctx, d, c.Backups(), roots, options)
	shown.Stop()
	if err != nil {
		return p.ExplainVault(err, vaultArg)
	}
	size := plan.Store / max(1, plan.Packs)
	parts, err := upload.NewPlan(v.Limits(), size, upload.Options{PartSize: options.PartSize, Concurrency: options.Concurrency, Limits: options.Limits})
	if err != nil {
		return err
	}
	return tellPlan(p, v.URL(), roots, plan, table, table.Upload(parts.Requests(), size).Times(plan.Packs), int64(parts.Requests())*plan.Packs)
}

// catalogForPlan opens the catalog. If there is none, it opens an empty one, which is removed at
// the end.
func catalogForPlan(ctx context.Context, p *cli.Program) (c *catalog.Catalog, end func() error, err error) {
	there, err := p.HasCatalog()
	if err != nil {
		return nil, nil, err
	}
	if there {
		if c, err = p.OpenCatalog(ctx); err != nil {
			return nil, nil, err
		}
		return c, c.Close, nil
	}
	dir, err := os.MkdirTemp("", "firn-plan-")
	if err != nil {
		return nil, nil, err
	}
	if c, err = catalog.Open(ctx, filepath.Join(dir, "catalog.db"), catalog.Options{Now: p.Now}); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, func() error { return errors.Join(c.Close(), os.RemoveAll(dir)) }, nil
}

func tellPlan(p *cli.Program, vaultURL string, roots []string, plan backup.Plan, table price.Table, cost price.Estimate, requests int64) error {
	o := backupPlanObject{
		MessageType: "backup_plan", Vault: vaultURL, Directories: roots, Files: plan.Files, Bytes: plan.Bytes, FilesNew: plan.New,
		FilesChanged: plan.Changed, FilesUnchanged: plan.Unchanged, FilesGone: plan.Gone, FilesOmitted: plan.Omitted, FilesUnreadable: plan.Failed,
		BytesToStore: plan.Store, Packs: plan.Packs, Requests: requests,
		RequestsUSD: cost.Requests.USD, StorageUSDMonth: cost.Month.USD, StorageUSDLeast: cost.Minimum.USD,
		Certainty: cost.Requests.Plus(cost.Month).Plus(cost.Minimum).Certainty,
	}
	if !table.IsFree() {
		o.PricesAsOf = table.Day()
	}
	if p.JSON {
		return p.Out.Object(o)
	}
	count, units, out := humanize.Comma, p.UI.Units, p.Out
	out.Line("found      %s, %s; %s left out", entries(plan.Files), units.Bytes(plan.Bytes), count(plan.Omitted))
	out.Line("new        %s, %s changed, %s gone", count(plan.New), count(plan.Changed), count(plan.Gone))
	out.Line("to store   up to %s, in up to %s", units.Bytes(plan.Store), term.Many(int(plan.Packs), "pack"))
	out.Line("requests   up to %s", count(requests))
	if table.IsFree() {
		out.Line("price      nothing is charged")
	} else {
		out.Line("price      up to %s now, then up to %s a month", cli.Money(cost.Requests), cli.Money(cost.Month))
		out.Line("           at least %s of storage is billed, even if you delete it early", cli.Money(cost.Minimum))
		out.Line("           (%s; look up yours)", term.Show(table.Basis()))
		if o.Certainty == price.Low {
			out.Line("           %s", cli.DoubtLegend)
		}
	}
	for _, f := range plan.Skipped {
		p.UI.Say("firn: %s", term.Show(fmt.Sprintf("cannot read %q: %s", shownPath(f.Path), term.ErrorText(f.Err))))
	}
	return nil
}
