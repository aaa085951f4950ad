package term

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteUnits are the units of a size. kB, MB and so on are powers of ten; KiB, MiB and so on
// are powers of two.
var byteUnits = []unit{
	{"", 1},
	{"B", 1},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
}

// bitUnits are the units of a rate in bits. As in the old tool they are powers of two:
// 1 Mbps is 2^20 bits a second, an eighth of 1 MiB/s. For powers of ten there is MB/s.
var bitUnits = []unit{
	{"kbps", 1 << 10 / 8},
	{"Kbps", 1 << 10 / 8},
	{"Mbps", 1 << 20 / 8},
	{"Gbps", 1 << 30 / 8},
	{"kbit/s", 1 << 10 / 8},
	{"Kbit/s", 1 << 10 / 8},
	{"Mbit/s", 1 << 20 / 8},
	{"Gbit/s", 1 << 30 / 8},
}

type unit struct {
	name  string
	bytes float64
}

// ParseSize reads a positive number of bytes, such as 16MiB, 1.5GiB, 64MB or
// 16777216.
func ParseSize(s string) (int64, error) {
	bytes, err := parseQuantity(s, byteUnits)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w; a size looks like 16MiB, 1.5GiB or 16777216", err)
	case bytes != math.Trunc(bytes):
		return 0, fmt.Errorf("%q is not a whole number of bytes", s)
	case bytes < 1 || bytes > 1<<62:
		return 0, fmt.Errorf("%q is out of range", s)
	}
	return int64(bytes), nil
}

// ParseRate reads a positive rate and returns bytes per second. 5MB/s, 5MiB/s
// and 5MiB count bytes, 40Mbps and 40Mbit/s bits (of 2^20, see bitUnits).
func ParseRate(s string) (float64, error) {
	bytes, err := parseQuantity(s, bitUnits)
	if err != nil {
		bytes, err = parseQuantity(strings.TrimSuffix(s, "/s"), byteUnits)
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a rate; a rate looks like 5MB/s, 5MiB/s or 40Mbps", s)
	case bytes < 1 || bytes > 1<<62:
		return 0, fmt.Errorf("the rate %q is out of range", s)
	}
	return bytes, nil
}

// parseQuantity reads a decimal number and one of the units.
func parseQuantity(s string, units []unit) (float64, error) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789."))
	number, err := strconv.ParseFloat(s[:digits], 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number with a unit", s)
	}
	name := strings.TrimPrefix(s[digits:], " ")
	for _, u := range units {
		if u.name == name {
			return number * u.bytes, nil
		}
	}
	return 0, fmt.Errorf("%q has an unknown unit %q", s, name)
}
