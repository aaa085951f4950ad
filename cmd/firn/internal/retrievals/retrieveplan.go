package retrievals

import (
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/record"
	"firn/vault"
)

// retrievePlanObject is the plan of a retrieval on standard output.
type retrievePlanObject struct {
	MessageType string   `json:"message_type"`
	Vault       string   `json:"vault"`
	Tier        string   `json:"tier"`
	Archives    int      `json:"archives"`
	Bytes       int64    `json:"bytes"`
	Unknown     int      `json:"of_unknown_size"`
	Now         int      `json:"archives_now"` // whose jobs would be started now
	NowBytes    int64    `json:"bytes_now"`
	RequestsUSD float64  `json:"requests_usd"`
	RetrieveUSD float64  `json:"retrieval_usd"`
	EgressUSD   float64  `json:"egress_usd"`
	Doubtful    bool     `json:"doubtful"`     // a price has low certainty
	PricesAsOf  string   `json:"prices_as_of"` // empty if nothing is charged
	Rate        float64  `json:"bytes_per_second"`
	Seconds     float64  `json:"seconds"` // of downloading; 0: the rate is unknown
	Wait        [2]int64 `json:"seconds_to_wait"`
}

// retrievalPlan is a retrieval that a dry run does not start.
type retrievalPlan struct {
	program *cli.Program
	vault   string // canonical
	table   price.Table
	tier    cli.TierFlag
	rng     rangeFlag
	rate    float64 // bytes per second; 0 if unknown
	budget  int64   // how many bytes to make readable now; 0 is no limit
	// called returns how an archive is called in the list.
	called func(record.Archive) string
}

// tell prints which archives would be retrieved, and the cost. It ignores existing jobs.
func (s *retrievalPlan) tell(archives []record.Archive) error {
	o := retrievePlanObject{MessageType: "retrieval_plan", Vault: s.vault, Tier: string(s.tier), Archives: len(archives), Rate: s.rate}
	if o.Tier == "" {
		o.Tier = string(vault.Standard)
	}
	for _, a := range archives {
		r, err := s.rng.of(a.Size)
		if err != nil {
			return err
		}
		size := r.Size
		if r.IsZero() {
			size = a.Size
		}
		if size < 0 {
			o.Unknown++
			size = 0
		}
		o.Bytes += size
		if s.budget == 0 || o.NowBytes == 0 || o.NowBytes+size <= s.budget {
			o.Now++
			o.NowBytes += size
		}
	}
	cost, err := s.table.Retrieve(o.Tier, int64(o.Archives), o.Bytes, o.Bytes)
	if err != nil {
		return cli.UsageError("%w", err)
	}
	o.RequestsUSD, o.RetrieveUSD, o.EgressUSD, o.Doubtful = cost.Requests.USD, cost.Bytes.USD, cost.Egress.USD, cost.Total().Doubtful()
	o.Wait = [2]int64{int64(cost.Least.Seconds()), int64(cost.Most.Seconds())}
	if !s.table.IsFree() {
		o.PricesAsOf = s.table.Day()
	}
	if s.rate > 0 {
		o.Seconds = term.TimeToSend(o.Bytes, s.rate).Seconds()
	}
	if s.program.JSON {
		return s.program.Out.Object(o)
	}
	for _, a := range archives {
		s.program.Out.Line("%s", term.Show(fmt.Sprintf("%s  %s  %q", cli.ShortArchive(a.Vault, a.ID), cli.SizeText(a.Size), s.called(a))))
	}
	s.program.Out.Line("%s, %s, by %s", humane.Count(o.Archives, "archive"), cli.SumText(o.Bytes, o.Unknown), o.Tier)
	if o.PricesAsOf == "" {
		s.program.Out.Line("  price     nothing is charged")
	} else {
		s.program.Out.Line("  price     %s for the requests, %s to retrieve, %s to send it here; %s in all",
			cli.Money(cost.Requests), cli.Money(cost.Bytes), cli.Money(cost.Egress), cli.Money(cost.Total()))
		s.program.Out.Line("            (%s; look up yours)", s.table.Basis())
		s.program.Out.Line("  ready     %s", cli.ReadyText(cost.Least, cost.Most))
	}
	if o.Seconds > 0 {
		s.program.Out.Line("  duration  %s at %s", humane.Duration(term.TimeToSend(o.Bytes, o.Rate)), s.program.UI.Units.Rate(o.Rate))
	} else {
		s.program.Out.Line("  duration  unknown; give the rate of your connection with --estimate-rate")
	}
	if o.Now < o.Archives {
		s.program.Out.Line("  now       %s, %s: more could not be downloaded before the outputs expire",
			humane.Count(o.Now, "archive"), humane.Bytes(o.NowBytes))
	}
	return nil
}
