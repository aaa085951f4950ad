// Package price tells what cold storage costs, before it is used.
//
// The prices are data with a date, not truth: a service changes them, and they
// differ by region. [Default] returns those that firn was made with, each with
// how sure it is; [Read] lets a file of one's own change them. A [Table] is one
// place's prices, and its methods are what things cost there.
//
// All amounts are US dollars. A GiB is 2^30 bytes, which is what the service
// bills as a GB; a month has 30 days.
package price

import "time"

const (
	gib = 1 << 30
	day = 24 * time.Hour
	// month is what the service divides by where it bills a part of one (Amazon
	// Glacier developer guide, "Deleting an Archive").
	month = 30 * day
)

// Certainty tells how sure a price is.
type Certainty string

// The degrees of certainty, from the price list of the service itself down to
// hearsay.
const (
	High     Certainty = "high"
	Good     Certainty = "good"
	Moderate Certainty = "moderate"
	Low      Certainty = "low"
)

// rank orders certainties, the surest first; -1 is none.
func (c Certainty) rank() int {
	switch c {
	case High, "": // what charges nothing needs no price
		return 0
	case Good:
		return 1
	case Moderate:
		return 2
	case Low:
		return 3
	}
	return -1
}

// Figure is one price and what it stands on.
type Figure struct {
	USD       float64   `json:"usd"`
	Certainty Certainty `json:"certainty"`
	Source    string    `json:"source"` // in words
}

// times is what so many units at this price cost. Nothing costs nothing, surely.
func (f Figure) times(units float64) Amount {
	if units == 0 || f.Certainty == "" {
		return Amount{f.USD * units, High}
	}
	return Amount{f.USD * units, f.Certainty}
}

// perThousand is what so many requests cost.
func (f Figure) perThousand(requests int64) Amount { return f.times(float64(requests) / 1000) }

// Amount is what something costs, as sure as the least sure price in it.
type Amount struct {
	USD       float64   `json:"usd"`
	Certainty Certainty `json:"certainty"`
}

// Plus adds two amounts.
func (a Amount) Plus(b Amount) Amount {
	sum := Amount{a.USD + b.USD, a.Certainty}
	if b.Certainty.rank() > a.Certainty.rank() || sum.Certainty == "" {
		sum.Certainty = b.Certainty
	}
	return sum
}

// Doubtful reports whether the amount stands on a price of low certainty, which
// people have to be told.
func (a Amount) Doubtful() bool { return a.Certainty == Low }
