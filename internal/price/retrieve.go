package price

import (
	"fmt"
	"time"
)

// RetrievalEstimate is what making archives readable and fetching them costs, and
// how long one waits for the first byte.
type RetrievalEstimate struct {
	Requests Amount // of the jobs, and of one download each
	Bytes    Amount // made readable
	Egress   Amount // sent to the internet
	Least    time.Duration
	Most     time.Duration
}

// Total is all of it.
func (e RetrievalEstimate) Total() Amount { return e.Requests.Plus(e.Bytes).Plus(e.Egress) }

// firstStep is up to where the first price of egress holds, in a month.
const firstStep = 10 << 40

// Retrieve estimates so many jobs, in a tier ("Expedited", "Standard", "Bulk" or
// "Instant"; empty: Standard) that make bytes readable, of which egress bytes are
// sent to the internet; into Amazon's own network none are. The month's free
// egress is taken as not used yet. Beyond 10 TiB a month egress becomes cheaper
// by steps that are not in the table: then the amount is an upper bound, and of
// low certainty.
//
// A tier that the place does not offer is an error. A place that charges nothing
// takes every tier, and no time.
func (t Table) Retrieve(tier string, requests, bytes, egress int64) (RetrievalEstimate, error) {
	if t.IsFree() {
		nothing := Amount{Certainty: High}
		return RetrievalEstimate{Requests: nothing, Bytes: nothing, Egress: nothing}, nil
	}
	offer := t.Tiers.named(tier)
	if offer == nil {
		return RetrievalEstimate{}, fmt.Errorf("%s has no tier %q", t.Service, tier)
	}
	e := RetrievalEstimate{
		Requests: offer.Requests.perThousand(requests).Plus(t.Downloads.perThousand(requests)),
		Bytes:    offer.Bytes.times(float64(bytes) / gib),
		Egress:   t.Egress.times(max(0, float64(egress)/gib-float64(t.FreeEgressGiB))),
		Least:    offer.Least, Most: offer.Most,
	}
	if egress > firstStep {
		e.Egress.Certainty = Low
	}
	return e, nil
}

// named returns a tier by its name, or nil.
func (t Tiers) named(tier string) *Tier {
	switch tier {
	case "Instant":
		return t.Instant
	case "Expedited":
		return t.Expedited
	case "Standard", "":
		return t.Standard
	case "Bulk":
		return t.Bulk
	}
	return nil
}

// Names lists the tiers that are offered, fastest first.
func (t Tiers) Names() []string {
	var names []string
	for _, name := range []string{"Instant", "Expedited", "Standard", "Bulk"} {
		if t.named(name) != nil {
			names = append(names, name)
		}
	}
	return names
}
