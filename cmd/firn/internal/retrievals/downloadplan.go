package retrievals

import (
	"context"
	"errors"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/resolve"
	"firn/record"
	"firn/vault/vaulturl"
)

// planDownload prints which archives would be downloaded into which files, and the cost. It
// sends no request, writes no file and creates no catalog.
func planDownload(ctx context.Context, p *cli.Program, o downloadOptions, vaultArg string, refs []string) (err error) {
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	url := place.URL(place.Name)
	table, err := p.Prices(url, place.Class)
	if err != nil {
		return err
	}
	c, err := p.OpenKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	archives, err := resolve.All(ctx, p, c, url, refs)
	if err != nil {
		return err
	}
	items, err := o.places(archives)
	if err != nil {
		return err
	}
	rate := o.estimateRate.PerSecond
	if rate == 0 {
		if rate, err = c.DownloadRate(ctx, url); err != nil {
			return err
		}
	}
	paths := make(map[string]string)
	for _, i := range items {
		paths[string(i.ID)] = i.path
	}
	plan := &retrievalPlan{
		program: p, vault: url, table: table, tier: o.tier, rng: o.rng,
		rate:   o.limitRate.Down().Average(rate),
		called: func(a record.Archive) string { return paths[string(a.ID)] },
	}
	return plan.tell(archives)
}
