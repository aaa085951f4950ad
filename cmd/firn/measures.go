package main

import (
	"math"
	"time"

	"firn/internal/humane"
)

// rateText shows bytes per second.
func rateText(rate float64) string { return humane.Bytes(int64(rate)) + "/s" }

// timeToSend is how long bytes take at a rate in bytes per second.
func timeToSend(bytes int64, rate float64) time.Duration {
	seconds := float64(bytes) / rate
	if seconds > math.MaxInt64/float64(2*time.Second) {
		return math.MaxInt64 / 2
	}
	return time.Duration(seconds * float64(time.Second))
}
