// Package humane formats sizes, durations and times for people, in the same way everywhere.
package humane

import (
	"fmt"
	"strings"
	"time"
)

// Bytes formats a number of bytes in powers of 1024, as vaults count them, with at most two
// decimals: "15.78 GiB". A negative number is unknown.
func Bytes(n int64) string { return Binary.Bytes(n) }

// Duration formats a duration in its two largest units: "3 h 10 min". One of less than a tenth
// of a second is "less than 0.1 s".
func Duration(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return "less than 0.1 s"
	case d < 9950*time.Millisecond:
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

// Transfer says how long a transfer took, and at which rate: "31 s at 6.3 MiB/s". busy is the time
// in which the bytes were transferred; the rest of elapsed was waiting. If nothing was
// transferred, or in less than a tenth of a second, there is no rate that means anything.
func Transfer(elapsed time.Duration, bytes int64, busy time.Duration, units Units) string {
	if bytes == 0 || busy < 100*time.Millisecond {
		return Duration(elapsed)
	}
	return Duration(elapsed) + " at " + units.Rate(float64(bytes)/busy.Seconds())
}

// Usually formats a usual duration, which is a round number: like [Duration], but "4 h" and
// not "4 h 0 min".
func Usually(d time.Duration) string {
	round, _, _ := strings.Cut(Duration(d), " 0 ")
	return round
}

// Time formats a time in local time, to the second. The zero time is unknown.
func Time(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Local().Format(time.DateTime)
}

// Minute formats a time like [Time], but only to the minute.
func Minute(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// Count formats a number of things: "1 part", "2 parts".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
