// Package humane shows sizes, durations and moments to people, in one form
// throughout.
package humane

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const prefixes = "KMGTPE"

// Bytes shows a number of bytes as the vaults count them, in powers of 1024 and
// with at most two decimals: "15.78 GiB". Less than none is a number that nobody
// told.
func Bytes(n int64) string {
	switch {
	case n < 0:
		return "not known"
	case n < 1<<10:
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

// Duration shows a duration in its two largest units: "3 h 10 min".
func Duration(d time.Duration) string {
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

// Usually shows how long something usually takes, which is a round time: as
// [Duration], but "4 h" and not "4 h 0 min".
func Usually(d time.Duration) string {
	round, _, _ := strings.Cut(Duration(d), " 0 ")
	return round
}

// Time shows a moment in local time, to the second. The zero one is a moment that
// nobody told.
func Time(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.Local().Format(time.DateTime)
}

// Count counts things: "1 part", "2 parts".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
