package price

import (
	"fmt"
	"time"
)

// RetrievalEstimate is the costs of retrieving and downloading archives, and the time until
// the first byte.
type RetrievalEstimate struct {
	Requests Amount // of the jobs, and of one download each
	Bytes    Amount // of the bytes retrieved
	Egress   Amount // of the bytes sent to the internet
	Least    time.Duration
	Most     time.Duration
}

// Total returns the sum.
func (e RetrievalEstimate) Total() Amount { return e.Requests.Plus(e.Bytes).Plus(e.Egress) }

// firstStep is the number of bytes of egress in a month up to which the first price
// applies.
const firstStep = 10 << 40

// Retrieve estimates the costs of a number of jobs in a tier ("Expedited", "Standard",
// "Bulk" or "Instant"; empty: Standard). They retrieve bytes, and egress of these bytes are
// sent to the internet. Bytes sent to Amazon's own network do not count as egress. It
// assumes that the month's free egress has not been used. Beyond 10 TiB a month egress
// becomes cheaper in steps that are not in the table; then the amount is an upper bound of
// low certainty.
//
// A tier that the class does not offer is an error. A class that charges nothing accepts
// every tier and takes no time.
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

// Names returns the offered tiers, fastest first.
func (t Tiers) Names() []string {
	var names []string
	for _, name := range []string{"Instant", "Expedited", "Standard", "Bulk"} {
		if t.named(name) != nil {
			names = append(names, name)
		}
	}
	return names
}
