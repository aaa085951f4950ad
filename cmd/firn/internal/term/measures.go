package term

import (
	"math"
	"time"

	"github.com/dustin/go-humanize"
)

// Many formats a large number of things: "1,234 archives".
func Many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return humanize.Comma(int64(n)) + " " + what + "s"
}

// TimeToSend returns the time that bytes take at a rate in bytes per second.
func TimeToSend(bytes int64, rate float64) time.Duration {
	seconds := float64(bytes) / rate
	if seconds > math.MaxInt64/float64(2*time.Second) {
		return math.MaxInt64 / 2
	}
	return time.Duration(seconds * float64(time.Second))
}

// BytesPerSecond returns the rate at which bytes were transferred in the time d.
func BytesPerSecond(bytes int64, d time.Duration) float64 {
	return float64(bytes) / max(d, time.Microsecond).Seconds()
}
