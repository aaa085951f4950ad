package main

import (
	"fmt"

	"firn/download"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

// retrievePlanObject is what a retrieval would be, on standard output.
type retrievePlanObject struct {
	MessageType string   `json:"message_type"`
	Vault       string   `json:"vault"`
	Tier        string   `json:"tier"`
	Archives    int      `json:"archives"`
	Bytes       int64    `json:"bytes"`
	Unknown     int      `json:"of_unknown_size"`
	Now         int      `json:"archives_now"` // that would be asked for now
	NowBytes    int64    `json:"bytes_now"`
	RequestsUSD float64  `json:"requests_usd"`
	RetrieveUSD float64  `json:"retrieval_usd"`
	EgressUSD   float64  `json:"egress_usd"`
	Doubtful    bool     `json:"doubtful"`     // stands on a price of low certainty
	PricesAsOf  string   `json:"prices_as_of"` // empty where nothing is charged
	Rate        float64  `json:"bytes_per_second"`
	Seconds     float64  `json:"seconds"` // of downloading; 0: no rate is known
	Wait        [2]int64 `json:"seconds_to_wait"`
}

// plan prints what would be asked for, all in all, whatever jobs there are.
func (s *retrieveSession) plan(archives []record.Archive) error {
	o := retrievePlanObject{MessageType: "retrieval_plan", Vault: s.vault.URL(), Tier: string(s.options.tier), Archives: len(archives), Rate: s.rate}
	if o.Tier == "" {
		o.Tier = string(vault.Standard)
	}
	budget := s.budget()
	for _, a := range archives {
		r, err := s.options.rng.of(a.Size)
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
		if budget == 0 || o.NowBytes == 0 || o.NowBytes+size <= budget {
			o.Now++
			o.NowBytes += size
		}
	}
	cost, err := s.spending.table.Retrieve(o.Tier, int64(o.Archives), o.Bytes, o.Bytes)
	if err != nil {
		return usageError("%w", err)
	}
	o.RequestsUSD, o.RetrieveUSD, o.EgressUSD, o.Doubtful = cost.Requests.USD, cost.Bytes.USD, cost.Egress.USD, cost.Total().Doubtful()
	o.Wait = [2]int64{int64(cost.Least.Seconds()), int64(cost.Most.Seconds())}
	if !s.spending.table.IsFree() {
		o.PricesAsOf = s.spending.table.Day()
	}
	if s.rate > 0 {
		o.Seconds = timeToSend(o.Bytes, s.rate).Seconds()
	}
	if s.json {
		return s.out.object(o)
	}
	for _, a := range archives {
		s.out.line("%s", show(fmt.Sprintf("%s  %s  %q", shortArchive(a.Vault, a.ID), sizeText(a.Size), download.FileName(a))))
	}
	s.out.line("%s, %s, by %s", humane.Count(o.Archives, "archive"), sumText(o.Bytes, o.Unknown), o.Tier)
	if o.PricesAsOf == "" {
		s.out.line("  price     nothing is charged")
	} else {
		s.out.line("  price     %s for the requests, %s to retrieve, %s to send it here; %s in all",
			money(cost.Requests), money(cost.Bytes), money(cost.Egress), money(cost.Total()))
		s.out.line("            (%s; look up yours)", s.spending.table.Basis())
		s.out.line("  ready     in %s to %s", humane.Duration(cost.Least), humane.Duration(cost.Most))
	}
	if o.Seconds > 0 {
		s.out.line("  duration  %s at %s", humane.Duration(timeToSend(o.Bytes, o.Rate)), rateText(o.Rate))
	} else {
		s.out.line("  duration  not known; tell the rate of your line with --estimate-rate")
	}
	if o.Now < o.Archives {
		s.out.line("  now       %s, %s: more could not be downloaded before the outputs expire",
			humane.Count(o.Now, "archive"), humane.Bytes(o.NowBytes))
	}
	return nil
}

// sizeText shows a size that may not be known.
func sizeText(size int64) string {
	if size < 0 {
		return "of unknown size"
	}
	return humane.Bytes(size)
}

// sumOf is the size of archives together, and of how many it is not known.
func sumOf(archives []record.Archive) (bytes int64, unknown int) {
	for _, a := range archives {
		bytes += max(0, a.Size)
		if a.Size < 0 {
			unknown++
		}
	}
	return bytes, unknown
}

// sumText shows the size of archives together, of some of which it may not be known.
func sumText(bytes int64, unknown int) string {
	switch {
	case unknown == 0:
		return humane.Bytes(bytes)
	case bytes == 0:
		return "of unknown size"
	}
	return fmt.Sprintf("%s and %d of unknown size", humane.Bytes(bytes), unknown)
}
