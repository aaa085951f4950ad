package term

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"firn/internal/humane"
)

// byteUnits are the units of a size. K, Ki and KiB are powers of two, as in rclone; kB is a power
// of ten. "Mb" is none of them: it may mean bits or bytes.
var byteUnits = []unit{
	{"B", 1, humane.Binary},
	{"K k Ki KiB", 1 << 10, humane.Binary},
	{"M m Mi MiB", 1 << 20, humane.Binary},
	{"G g Gi GiB", 1 << 30, humane.Binary},
	{"T t Ti TiB", 1 << 40, humane.Binary},
	{"kB KB", 1e3, humane.Decimal},
	{"MB", 1e6, humane.Decimal},
	{"GB", 1e9, humane.Decimal},
	{"TB", 1e12, humane.Decimal},
}

// bitUnits are the units of a rate in bits: powers of ten, as networks count.
var bitUnits = []unit{
	{"kbps Kbps kbit/s Kbit/s", 1e3 / 8, humane.Bits},
	{"Mbps Mbit/s", 1e6 / 8, humane.Bits},
	{"Gbps Gbit/s", 1e9 / 8, humane.Bits},
}

type unit struct {
	names  string // separated by spaces
	bytes  float64
	family humane.Units
}

// ParseSize reads a positive number of bytes, such as 16M, 16MiB, 1.5G, 64MB or 16777216.
func ParseSize(s string) (int64, error) {
	bytes, u, err := parseQuantity(s, byteUnits)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w; a size looks like 16M, 1.5G (powers of two), 64MB (of ten) or 16777216", err)
	case bytes != math.Trunc(bytes) && u.family == humane.Binary && u.bytes == 1:
		return 0, fmt.Errorf("%q is not a whole number of bytes", s)
	case bytes < 1 || bytes > 1<<62:
		return 0, fmt.Errorf("%q is out of range", s)
	}
	return int64(bytes), nil
}

// ParseRate reads a positive rate and returns bytes per second. 5M and 5MiB/s are powers of two,
// 5MB/s is a power of ten; 40Mbps and 40Mbit/s count 10^6 bits. A bare number has no unit and is
// refused, because programs differ in whether it counts bytes, KiB or bits.
func ParseRate(s string) (float64, error) {
	bytes, u, err := parseRate(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a rate; a rate looks like 5M (MiB/s), 5MB/s or 40Mbps", s)
	case bytes < 1 || bytes > 1<<62:
		return 0, fmt.Errorf("the rate %q is out of range", s)
	case u.names == "":
		n := strings.TrimSuffix(s, "/s")
		switch {
		case bytes > mostKilo:
			return 0, fmt.Errorf("the rate %q has no unit: if it counts bytes, write %s", s, plainRate(bytes))
		case bytes > mostMega:
			return 0, fmt.Errorf("the rate %q has no unit: write %sK (KiB/s), %skB/s or %skbps", s, n, n, n)
		}
		return 0, fmt.Errorf("the rate %q has no unit: write %sM (MiB/s), %sMB/s or %sMbps", s, n, n, n)
	}
	return bytes, nil
}

// The largest bare numbers that may be meant in millions or in thousands of bytes or bits.
const (
	mostMega = 1000
	mostKilo = 100_000
)

// plainRate returns a number of bytes per second with a unit, rounded to four digits unless it is
// a whole number of KiB or MiB.
func plainRate(bytes float64) string {
	switch {
	case math.Mod(bytes, 1<<20) == 0:
		return fmt.Sprintf("%.0fM", bytes/(1<<20))
	case math.Mod(bytes, 1<<10) == 0:
		return fmt.Sprintf("%.0fK", bytes/(1<<10))
	case bytes < 1e6:
		return fmt.Sprintf("%.4gkB/s", bytes/1e3)
	case bytes < 1e9:
		return fmt.Sprintf("%.4gMB/s", bytes/1e6)
	}
	return strconv.FormatFloat(math.Round(bytes/1e6)/1e3, 'f', -1, 64) + "GB/s"
}

func parseRate(s string) (float64, unit, error) {
	if bytes, u, err := parseQuantity(s, bitUnits); err == nil && u.names != "" {
		return bytes, u, nil
	}
	return parseQuantity(strings.TrimSuffix(s, "/s"), byteUnits)
}

// UnitsOf returns the family of the units in which a size or a rate is written.
func UnitsOf(s string) humane.Units {
	_, u, _ := parseRate(s)
	return u.family
}

// parseQuantity reads a decimal number and one of the units. Without a unit, the number counts
// bytes and the unit has no name.
func parseQuantity(s string, units []unit) (float64, unit, error) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789."))
	number, err := strconv.ParseFloat(s[:digits], 64)
	if err != nil {
		return 0, unit{}, fmt.Errorf("%q is not a number with a unit", s)
	}
	name := strings.TrimPrefix(s[digits:], " ")
	if name == "" {
		return number, unit{bytes: 1}, nil
	}
	for _, u := range units {
		if slices.Contains(strings.Fields(u.names), name) {
			return number * u.bytes, u, nil
		}
	}
	return 0, unit{}, fmt.Errorf("%q has an unknown unit %q", s, name)
}

// ParseDuration reads a duration that is not negative: 7d, 2w, 36h, 1d12h, 90s. A day has 24
// hours.
func ParseDuration(s string) (time.Duration, error) {
	var sum time.Duration
	rest := s
	for _, u := range []struct {
		name string
		time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		before, after, found := strings.Cut(rest, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(before, 10, 13) // so that the sum cannot overflow
		if err != nil {
			return 0, notADuration(s)
		}
		sum, rest = sum+time.Duration(n)*u.Duration, after
	}
	if rest == "" && s != "" {
		return sum, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > math.MaxInt64-sum {
		return 0, notADuration(s)
	}
	return sum + d, nil
}

func notADuration(s string) error {
	return fmt.Errorf("%q is not a length of time, such as 7d, 2w, 36h or 90s", s)
}

// DurationText returns a duration as [ParseDuration] reads it: "30d", "20h", "1h30m", "0".
func DurationText(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0"
	case d >= 2*day && d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
