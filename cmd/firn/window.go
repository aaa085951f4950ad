package main

import (
	"cmp"
	"time"
)

// assumedRate, in bytes per second, is what a line is taken for of which nothing is
// known: 211 GiB in 20 hours. Asking for more than can be read in time costs money,
// because what expires is paid for again; asking for less costs hours, once.
const assumedRate = 3 << 20

// windowBytes is how much a line of so many bytes per second, 0 if that is not
// known, reads of outputs that live so long, with a sixth of the time to spare; 0
// if there is no bound.
func windowBytes(rate float64, lifetime time.Duration) int64 {
	return int64(cmp.Or(rate, assumedRate) * lifetime.Seconds() * 5 / 6)
}

// windowText names the rate that a window stands on.
func windowText(rate float64) string {
	if rate == 0 {
		return rateText(assumedRate) + ", the rate assumed of a line that was not measured (--estimate-rate tells it)"
	}
	return rateText(rate)
}
