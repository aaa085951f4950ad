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
	MessageType string `json:"message_type"`
	File        string `json:"file"`
	Vault       string `json:"vault"`
	Size        int64  `json:"size"` // -1: unknown
	PartSize    int64  `json:"part_size"`
	Parts       int    `json:"parts"` // 0: unknown
	planCost
}

// planTotalObject is the sum of the plans of several files on standard output.
type planTotalObject struct {
	MessageType string `json:"message_type"`
	Files       int    `json:"files"`
	Vault       string `json:"vault"`
	Size        int64  `json:"size"`
	Parts       int    `json:"parts"`
	planCost
}

// planCost is the cost and the duration of one or more uploads on standard output.
type planCost struct {
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
	encrypt, err := newSealing(p, nil, v.URL(), o)
	if err != nil {
		return err
	}
	plans := &plans{program: p, vault: v, table: table, rate: rate, isMany: len(sources) > 1}
	err = p.Each("file", sources, func(path string) error {
		if err := checkName(v, o, encrypt, path); err != nil {
			return cli.OfFile(explainName(err, vaultArg, path), path)
		}
		plan, err := planUpload(p, o, v, encrypt, path, rate)
		if err != nil {
			return cli.OfFile(err, path)
		}
		return plans.tell(path, plan)
	})
	if plans.files > 0 && plans.isMany {
		err = errors.Join(plans.tellTotal(), err)
	}
	return err
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

func planUpload(p *cli.Program, o uploadOptions, v *vaulturl.Vault, encrypt *sealing, path string, rate float64) (upload.Plan, error) {
	source, err := openSource(path, p.Stdin, v.URL())
	if err != nil {
		return upload.Plan{}, err
	}
	size := encrypt.identityOf(source.Identity).Size
	if err := errors.Join(source.Close(), checkNotEmpty(path, size, v.Limits())); err != nil {
		return upload.Plan{}, err
	}
	return upload.NewPlan(v.Limits(), size, upload.Options{
		PartSize: int64(o.partSize), ExpectedSize: int64(o.expectedSize), Concurrency: o.concurrency,
		Limits: o.limitRate.Up(), EstimateRate: rate,
	})
}

// plans prints the plans of the files of one command, and sums them up.
type plans struct {
	program *cli.Program
	vault   *vaulturl.Vault
	table   price.Table
	rate    float64 // bytes per second; 0 if unknown
	isMany  bool    // there are several files, so the costs are those of all of them

	files, parts, requests int
	size                   int64
	cost                   price.Estimate
}

// tell prints the plan of a file.
func (s *plans) tell(path string, plan upload.Plan) error {
	cost := s.table.Upload(plan.Requests(), plan.Size)
	s.files++
	s.parts += plan.Parts
	s.requests += plan.Requests()
	s.size += plan.Size
	s.cost = s.cost.Plus(cost)
	o := planObject{
		MessageType: "plan", File: path, Vault: s.vault.URL(), Size: plan.Size, PartSize: plan.PartSize, Parts: plan.Parts,
		planCost: s.costOf(plan.Requests(), plan.Size, cost),
	}
	units := s.program.UI.Units
	switch {
	case s.program.JSON:
		return s.program.Out.Object(o)
	case plan.Size < 0:
		s.program.Out.Line("standard input: %s", streamText(plan, s.vault.Limits()))
		return nil
	}
	s.program.Out.Line("%s", term.Show(fmt.Sprintf("%q: %s in %s of %s",
		path, units.Bytes(plan.Size), humane.Count(plan.Parts, "part"), humane.Bytes(plan.PartSize))))
	if !s.isMany {
		s.tellCost(o.planCost, plan.Size, cost)
	}
	return nil
}

// tellTotal prints the sum of the plans.
func (s *plans) tellTotal() error {
	o := planTotalObject{
		MessageType: "plan_total", Files: s.files, Vault: s.vault.URL(), Size: s.size, Parts: s.parts,
		planCost: s.costOf(s.requests, s.size, s.cost),
	}
	if s.program.JSON {
		return s.program.Out.Object(o)
	}
	s.program.Out.Line("%s: %s in %s", term.Many(s.files, "file"), s.program.UI.Units.Bytes(s.size), term.Many(s.parts, "part"))
	s.tellCost(o.planCost, s.size, s.cost)
	return nil
}

func (s *plans) costOf(requests int, size int64, cost price.Estimate) planCost {
	o := planCost{
		Requests: requests, RequestsUSD: cost.Requests.USD, StorageUSDMonth: cost.Month.USD, StorageUSDLeast: cost.Minimum.USD,
		Certainty: cost.Requests.Plus(cost.Month).Plus(cost.Minimum).Certainty, Rate: s.rate,
	}
	if !s.table.IsFree() {
		o.PricesAsOf = s.table.Day()
	}
	if s.rate > 0 && size >= 0 {
		o.Seconds = term.TimeToSend(size, s.rate).Seconds()
	}
	return o
}

// tellCost prints the cost and the duration for people.
func (s *plans) tellCost(o planCost, size int64, cost price.Estimate) {
	out := s.program.Out
	out.Line("  requests  %d", o.Requests)
	if s.table.IsFree() {
		out.Line("  price     nothing is charged")
	} else {
		out.Line("  price     %s for the requests, then %s a month; at least %s of storage is billed, even if you delete it early",
			cli.Money(cost.Requests), cli.Money(cost.Month), cli.Money(cost.Minimum))
		out.Line("            (%s; look up yours)", term.Show(s.table.Basis()))
		if o.Certainty == price.Low {
			out.Line("            %s", cli.DoubtLegend)
		}
	}
	if o.Seconds > 0 {
		out.Line("  duration  %s at %s", humane.Duration(term.TimeToSend(size, o.Rate)), s.program.UI.Units.Rate(o.Rate))
	} else {
		out.Line("  duration  unknown; give the rate of your connection with --estimate-rate")
	}
}

// checkNotEmpty refuses an empty file if the vault keeps no empty archives, as an upload does.
func checkNotEmpty(path string, size int64, l vault.Limits) error {
	if size == 0 && l.MinArchiveSize > 0 {
		return fmt.Errorf("%q %w as an archive: it is empty, and this vault takes no empty archives", path, source.ErrUnreadable)
	}
	return nil
}
