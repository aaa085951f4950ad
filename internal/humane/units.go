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
	if n < 0 {
		return "unknown"
	}
	return u.bytes(n, shortDigits)
}

// Rate formats a rate in bytes per second.
func (u Units) Rate(perSecond float64) string { return u.rate(perSecond, shortDigits) }

// The columns of the texts of [Units.WideBytes] and [Units.WideRate].
const (
	BytesColumns = len("1023 MiB")
	RateColumns  = len("1023 MiB/s")
)

// WideBytes formats a number of bytes for a place where it changes: like Bytes, but always in
// three or four digits and in BytesColumns columns.
func (u Units) WideBytes(n int64) string {
	text := u.bytes(max(0, n), wideDigits)
	return text + strings.Repeat(" ", max(0, BytesColumns-len(text)))
}

// WideRate formats a rate like Rate, but always in three or four digits and in RateColumns
// columns.
func (u Units) WideRate(perSecond float64) string {
	text := u.rate(perSecond, wideDigits)
	return strings.Repeat(" ", max(0, RateColumns-len(text))) + text
}

func (u Units) bytes(n int64, digits digits) string {
	if u == Decimal {
		return scaled(float64(n), 1000, digits, "B", "kB", "MB", "GB", "TB", "PB", "EB")
	}
	return scaled(float64(n), 1<<10, digits, "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
}

func (u Units) rate(perSecond float64, digits digits) string {
	if u == Bits {
		return scaled(perSecond*8, 1000, digits, "bps", "kbps", "Mbps", "Gbps", "Tbps")
	}
	return u.bytes(int64(perSecond), digits) + "/s"
}

// scaled formats a value in the largest unit of which it is at least one. Each unit is step
// times the one before.
func scaled(value, step float64, digits digits, units ...string) string {
	i := 0
	for value >= step && i < len(units)-1 {
		value /= step
		i++
	}
	return digits(value, i == 0) + " " + units[i]
}

// digits formats a value, which is a whole number in the smallest unit.
type digits func(value float64, isWhole bool) string

// shortDigits returns at most two decimals, and no zeros at the end.
func shortDigits(value float64, isWhole bool) string {
	if isWhole {
		return strconv.FormatInt(int64(value), 10)
	}
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(value, 'f', 2, 64), "0"), ".")
}

// wideDigits returns three or four digits in four columns.
func wideDigits(value float64, isWhole bool) string {
	decimals := 0
	switch {
	case isWhole:
	case value < 9.995:
		decimals = 2
	case value < 99.95:
		decimals = 1
	}
	return fmt.Sprintf("%4.*f", decimals, value)
}
