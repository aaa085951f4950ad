package uploads

import (
	"context"
	"errors"
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/source"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulturl"
)

// planObject is the plan of an upload on standard output.
type planObject struct {
	MessageType     string          `json:"message_type"`
	File            string          `json:"file"`
	Vault           string          `json:"vault"`
	Size            int64           `json:"size"` // -1: unknown
	PartSize        int64           `json:"part_size"`
	Parts           int             `json:"parts"` // 0: unknown
	Requests        int             `json:"requests"`
	RequestsUSD     float64         `json:"requests_usd"`
	StorageUSDMonth float64         `json:"storage_usd_per_month"`
	StorageUSDLeast float64         `json:"storage_usd_at_least"`
	PricesAsOf      string          `json:"prices_as_of"` // empty if nothing is charged
	Certainty       price.Certainty `json:"certainty"`    // of the least certain of these prices
	Rate            float64         `json:"bytes_per_second"`
	Seconds         float64         `json:"seconds"` // 0: the rate is unknown
}

// planUploads prints how the sources would be uploaded. It reads the catalog if there is one,
// and creates none.
func planUploads(ctx context.Context, p *cli.Program, o uploadOptions, vaultArg string, sources []string) (err error) {
	p.Contact(vaultArg)
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.Damaged})
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	rate, err := knownRate(ctx, p, o, v.URL())
	if err != nil {
		return err
	}
	table, err := p.Prices(v.URL(), v.Class)
	if err != nil {
		return err
	}
	return p.Each(sources, func(path string) error {
		if err := checkName(v, o, path); err != nil {
			return explainName(err, vaultArg, path)
		}
		plan, err := planUpload(p, o, v, path, rate)
		if err != nil {
			return err
		}
		return tellPlan(p, path, v, plan, table, rate)
	})
}

func knownRate(ctx context.Context, p *cli.Program, o uploadOptions, vaultURL string) (rate float64, err error) {
	if there, err := p.HasCatalog(); err != nil {
		return 0, err
	} else if !there {
		return estimateRate(ctx, p, o, nil, vaultURL)
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return estimateRate(ctx, p, o, c, vaultURL)
}

func planUpload(p *cli.Program, o uploadOptions, v *vaulturl.Vault, path string, rate float64) (upload.Plan, error) {
	source, err := openSource(path, p.Stdin, v.URL())
	if err != nil {
		return upload.Plan{}, err
	}
	size := source.Size()
	if err := errors.Join(source.Close(), checkNotEmpty(path, size, v.Limits())); err != nil {
		return upload.Plan{}, err
	}
	return upload.NewPlan(v.Limits(), size, upload.Options{
		PartSize: int64(o.partSize), ExpectedSize: int64(o.expectedSize), Concurrency: o.concurrency,
		Limits: o.limitRate.Up(), EstimateRate: rate,
	})
}

func tellPlan(p *cli.Program, path string, v *vaulturl.Vault, plan upload.Plan, table price.Table, rate float64) error {
	cost := table.Upload(plan.Requests(), plan.Size)
	o := planObject{
		MessageType: "plan", File: path, Vault: v.URL(), Size: plan.Size, PartSize: plan.PartSize, Parts: plan.Parts,
		Requests: plan.Requests(), RequestsUSD: cost.Requests.USD, StorageUSDMonth: cost.Month.USD, StorageUSDLeast: cost.Minimum.USD,
		Certainty: cost.Requests.Plus(cost.Month).Plus(cost.Minimum).Certainty, Rate: rate,
	}
	if !table.IsFree() {
		o.PricesAsOf = table.Day()
	}
	if rate > 0 && plan.Size >= 0 {
		o.Seconds = term.TimeToSend(plan.Size, rate).Seconds()
	}
	if p.JSON {
		return p.Out.Object(o)
	}
	for _, line := range planText(o, plan, v.Limits(), cost, table, p.UI.Units) {
		p.Out.Line("%s", term.Show(line))
	}
	return nil
}

// planText returns the plan for people.
func planText(o planObject, plan upload.Plan, l vault.Limits, cost price.Estimate, table price.Table, units humane.Units) []string {
	if o.Size < 0 {
		return []string{"standard input: " + streamText(plan, l)}
	}
	lines := []string{
		fmt.Sprintf("%q: %s in %s of %s", o.File, units.Bytes(o.Size), humane.Count(o.Parts, "part"), humane.Bytes(o.PartSize)),
		fmt.Sprintf("  requests  %d", o.Requests),
	}
	if table.IsFree() {
		lines = append(lines, "  price     nothing is charged")
	} else {
		lines = append(lines,
			fmt.Sprintf("  price     %s for the requests, then %s a month; at least %s of storage is billed, even if you delete it early",
				cli.Money(cost.Requests), cli.Money(cost.Month), cli.Money(cost.Minimum)),
			fmt.Sprintf("            (%s; look up yours)", table.Basis()))
		if o.Certainty == price.Low {
			lines = append(lines, "            "+cli.DoubtLegend)
		}
	}
	if o.Seconds > 0 {
		return append(lines, fmt.Sprintf("  duration  %s at %s", humane.Duration(term.TimeToSend(o.Size, o.Rate)), units.Rate(o.Rate)))
	}
	return append(lines, "  duration  unknown; give the rate of your connection with --estimate-rate")
}

// checkNotEmpty refuses an empty file if the vault keeps no empty archives, as an upload does.
func checkNotEmpty(path string, size int64, l vault.Limits) error {
	if size == 0 && l.MinArchiveSize > 0 {
		return fmt.Errorf("%q %w as an archive: it is empty, and this vault takes no empty archives", path, source.ErrUnreadable)
	}
	return nil
}
