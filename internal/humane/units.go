package humane

import (
	"fmt"
	"strconv"
	"strings"
)

// Units is a family of units for sizes and rates.
type Units int

// The families. Bits is for rates; with it, sizes are in powers of 1024.
const (
	Binary  Units = iota // 1 MiB, 1 MiB/s
	Decimal              // 1 MB, 1 MB/s
	Bits                 // 1 MiB, 1 Mbps, which is 10^6 bits per second
)

// Bytes formats a number of bytes: as [Bytes] does, or in powers of 1000. A negative number is
// unknown.
func (u Units) Bytes(n int64) string {
	if u != Decimal || n < 0 {
		return Bytes(n)
	}
	return scaled(float64(n), 1000, "B", "kB", "MB", "GB", "TB", "PB", "EB")
}

// Rate formats a rate in bytes per second.
func (u Units) Rate(perSecond float64) string {
	if u == Bits {
		return scaled(perSecond*8, 1000, "bps", "kbps", "Mbps", "Gbps", "Tbps")
	}
	return u.Bytes(int64(perSecond)) + "/s"
}

// scaled formats a value in the largest unit of which it is at least one, with at most two
// decimals; in the smallest unit as a whole number. Each unit is step times the one before.
func scaled(value, step float64, units ...string) string {
	if value < step {
		return fmt.Sprintf("%d %s", int64(value), units[0])
	}
	i := 0
	for value >= step && i < len(units)-1 {
		value /= step
		i++
	}
	number := strconv.FormatFloat(value, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".") + " " + units[i]
}
