package estimates

import (
	"fmt"
	"math"
	"slices"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
)

// retrievalObject is an estimate of a retrieval on standard output.
type retrievalObject struct {
	MessageType  string       `json:"message_type"`
	Class        price.Class  `json:"class"`
	Tier         string       `json:"tier"` // empty if nothing is charged
	Archives     int64        `json:"archives"`
	Bytes        int64        `json:"bytes"`
	RequestsCost price.Amount `json:"requests_cost"`
	BytesCost    price.Amount `json:"retrieval_cost"`
	EgressCost   price.Amount `json:"egress_cost"`
	CopyCost     price.Amount `json:"copy_cost"`
	CopyDays     int          `json:"copy_days"`
	TotalCost    price.Amount `json:"total_cost"`
	Least        float64      `json:"ready_seconds_least"`
	Most         float64      `json:"ready_seconds_most"`
	Rate         float64      `json:"bytes_per_second"` // 0: unknown
	Seconds      float64      `json:"seconds"`          // to download; 0: not known
	Region       string       `json:"region"`
	PricesAsOf   string       `json:"prices_as_of"` // empty if nothing is charged
	Source       string       `json:"source"`
}

// estimate returns the estimates for the chosen tiers of one class.
func (o retrievalOptions) estimate(t price.Table, class price.Class, all heap, rate float64) ([]retrievalObject, error) {
	tiers := t.Tiers.Names()
	switch {
	case t.IsFree():
		tiers = []string{""}
	case o.tier != "":
		tiers = slices.DeleteFunc(tiers, func(tier string) bool { return tier != string(o.tier) })
	}
	took := timeAt(all.size, rate)
	days := o.days
	if days == 0 {
		days = max(1, int(math.Ceil(took.Hours()/24)))
	}
	var estimates []retrievalObject
	for _, tier := range tiers {
		cost, err := t.Retrieve(tier, all.count, all.size, all.size)
		if err != nil {
			return nil, err
		}
		e := retrievalObject{
			MessageType: "retrieval_estimate", Class: class, Tier: tier, Archives: all.count, Bytes: all.size,
			RequestsCost: cost.Requests, BytesCost: cost.Bytes, EgressCost: cost.Egress,
			CopyCost: price.Amount{Certainty: price.High},
			Least:    cost.Least.Seconds(), Most: cost.Most.Seconds(),
			Rate: rate, Seconds: took.Seconds(), Region: t.Region, Source: t.Source,
		}
		if class != price.Vault && tier != "Instant" {
			e.CopyDays, e.CopyCost = days, t.Stage(all.size, time.Duration(days)*24*time.Hour)
		}
		if !t.IsFree() {
			e.PricesAsOf = t.Day()
		}
		e.TotalCost = cost.Total().Plus(e.CopyCost)
		estimates = append(estimates, e)
	}
	return estimates, nil
}

// outputLife is the least time for which a vault keeps the output of a job (Amazon Glacier
// developer guide, "Downloading an Archive").
const outputLife = 24 * time.Hour

func tellRetrievals(p *cli.Program, estimates []retrievalObject, all heap, t price.Table) error {
	if len(estimates) == 0 {
		return cli.UsageError("no such tier is available")
	}
	columns := append([]term.Column{{Title: "CLASS"}, {Title: "TIER"}}, term.Numbers("REQUESTS", "RETRIEVAL", "EGRESS", "COPY", "TOGETHER")...)
	table := term.NewTable(p.Out, append(columns, term.Column{Title: "READY IN"})...)
	doubtful, days := false, 0
	for _, e := range estimates {
		if p.JSON {
			if err := p.Out.Object(e); err != nil {
				return err
			}
			continue
		}
		doubtful, days = doubtful || e.TotalCost.Doubtful(), max(days, e.CopyDays)
		copied := ""
		if e.CopyDays > 0 {
			copied = amountCell(e.CopyCost)
		}
		table.Add(string(e.Class), e.Tier, amountCell(e.RequestsCost), amountCell(e.BytesCost), amountCell(e.EgressCost),
			copied, amountCell(e.TotalCost), readyText(e.Least, e.Most))
	}
	if p.JSON {
		return nil
	}
	p.Out.Line("Retrieving %s:\n", loadText(all))
	if t.IsFree() {
		p.Out.Line("Nothing is charged.")
		tellDuration(p, "downloading", timeAt(all.size, estimates[0].Rate), estimates[0].Rate)
		return nil
	}
	table.End()
	p.Out.Line("")
	took := timeAt(all.size, estimates[0].Rate)
	tellDuration(p, "downloading", took, estimates[0].Rate)
	if took > outputLife && estimates[0].Class == price.Vault {
		p.Out.Line("A vault keeps retrieved data for 24 hours; data not downloaded by then must be paid for again.")
	}
	if days > 0 {
		p.Out.Line("Copies are kept for %s.", humane.Count(days, "day"))
	}
	tellSource(p, t, doubtful)
	return nil
}

// readyText returns the time until a download can begin, as a range. least and most are in
// seconds.
func readyText(least, most float64) string {
	unit, of := "min", 60.0
	if most >= 3600 {
		unit, of = "h", 3600
	}
	switch {
	case most == 0:
		return "at once"
	case least == 0:
		return fmt.Sprintf("up to %.0f %s", most/of, unit)
	}
	return fmt.Sprintf("%.0f-%.0f %s", least/of, most/of, unit)
}
