package term

import (
	"fmt"
	"math"
	"time"

	"firn/internal/humane"
)

// RateText shows bytes per second.
func RateText(rate float64) string { return humane.Bytes(int64(rate)) + "/s" }

// TimeToSend is how long bytes take at a rate in bytes per second.
func TimeToSend(bytes int64, rate float64) time.Duration {
	seconds := float64(bytes) / rate
	if seconds > math.MaxInt64/float64(2*time.Second) {
		return math.MaxInt64 / 2
	}
	return time.Duration(seconds * float64(time.Second))
}

// BytesPerSecond is the rate at which bytes moved in a time.
func BytesPerSecond(bytes int64, d time.Duration) float64 {
	return float64(bytes) / max(d, time.Microsecond).Seconds()
}

// Entries counts entries of an inventory in words.
func Entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
