// Package price estimates the costs of cold storage.
//
// The prices are data with a date: a service changes them, and they differ by region.
// [Default] returns firn's built-in prices, each with its certainty; [Read] reads changes
// from a file. A [Table] has the prices of one class, and its methods compute costs.
//
// All amounts are in US dollars. A GiB is 2^30 bytes, which the service bills as a GB. A
// month has 30 days.
package price

import "time"

const (
	gib = 1 << 30
	day = 24 * time.Hour
	// month is the length by which the service divides if it bills part of a month (Amazon
	// Glacier developer guide, "Deleting an Archive").
	month = 30 * day
)

// Certainty is the reliability of a price.
type Certainty string

// The degrees of certainty, from the service's own price list down to hearsay.
const (
	High     Certainty = "high"
	Good     Certainty = "good"
	Moderate Certainty = "moderate"
	Low      Certainty = "low"
)

// rank orders certainties from the surest on; -1 is none.
func (c Certainty) rank() int {
	switch c {
	case High, "": // a class that charges nothing has no prices
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

// Figure is one price with its certainty and source.
type Figure struct {
	USD       float64   `json:"usd"`
	Certainty Certainty `json:"certainty"`
	Source    string    `json:"source"` // in words
}

// times returns the costs of units at this price. No units cost nothing, certainly.
func (f Figure) times(units float64) Amount {
	if units == 0 || f.Certainty == "" {
		return Amount{f.USD * units, High}
	}
	return Amount{f.USD * units, f.Certainty}
}

// perThousand returns the costs of requests at a price per thousand.
func (f Figure) perThousand(requests int64) Amount { return f.times(float64(requests) / 1000) }

// Amount is a cost. It is as certain as the least certain price in it.
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

// Doubtful reports whether the amount depends on a price of low certainty, which users must
// be warned about.
func (a Amount) Doubtful() bool { return a.Certainty == Low }
