package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// sizeText shows a number of bytes as the vaults count them, in powers of 1024
// and with at most two decimals.
func sizeText(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n)/(1<<10), 0
	for value >= 1<<10 && prefix < len(prefixes)-1 {
		value /= 1 << 10
		prefix++
	}
	number := strconv.FormatFloat(value, 'f', 2, 64)
	return fmt.Sprintf("%s %ciB", strings.TrimSuffix(strings.TrimRight(number, "0"), "."), prefixes[prefix])
}

const prefixes = "KMGTPE"

// rateText shows bytes per second.
func rateText(rate float64) string { return sizeText(int64(rate)) + "/s" }

// durationText shows a duration in its two largest units.
func durationText(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	d = d.Round(time.Second)
	days, hours := int64(d/(24*time.Hour)), int64(d/time.Hour)%24
	minutes, seconds := int64(d/time.Minute)%60, int64(d/time.Second)%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}

// timeText shows a moment in local time, as the old tool did.
func timeText(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// timeToSend is how long bytes take at a rate in bytes per second.
func timeToSend(bytes int64, rate float64) time.Duration {
	seconds := float64(bytes) / rate
	if seconds > math.MaxInt64/float64(2*time.Second) {
		return math.MaxInt64 / 2
	}
	return time.Duration(seconds * float64(time.Second))
}

// plural counts things.
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
