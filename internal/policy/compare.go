package policy

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func like(value, wanted string) bool { return matches(wanted, value) }

// arnLike compares ARNs field by field, so that a wildcard does not match beyond its field.
func arnLike(value, wanted string) bool {
	values, wants := strings.SplitN(value, ":", 6), strings.SplitN(wanted, ":", 6)
	if len(values) != len(wants) {
		return false
	}
	for i := range values {
		if !matches(wants[i], values[i]) {
			return false
		}
	}
	return true
}

func checkARN(s string) error {
	if !strings.HasPrefix(s, "arn:") || strings.Count(s, ":") < 5 {
		return fmt.Errorf("%q is not an ARN", s)
	}
	return nil
}

func checkBool(s string) error {
	if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
		return fmt.Errorf("%q is neither true nor false", s)
	}
	return nil
}

// within reports whether an address is in the wanted network, or is the wanted address.
func within(value, wanted string) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	network, err := parseNetwork(wanted)
	return err == nil && network.Contains(address.Unmap().WithZone(""))
}

func parseNetwork(s string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(s); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(s)
	if err != nil || network.Addr().Is4In6() { // no address would be in it
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network, such as 192.0.2.0/24", s)
	}
	return network, nil
}

// ordered returns a comparison of two texts that parses both and compares their order:
// negative, zero or positive if the value is less than, equal to or greater than the wanted
// one. The comparison is false if a text cannot be parsed.
func ordered[T interface{ Compare(other T) int }](parse func(string) (T, error), wanted func(order int) bool) func(a, b string) bool {
	return func(a, b string) bool {
		x, err1 := parse(a)
		y, err2 := parse(b)
		return err1 == nil && err2 == nil && wanted(x.Compare(y))
	}
}

type decimal float64

// Compare compares two numbers like cmp.Compare.
func (x decimal) Compare(y decimal) int { return cmp.Compare(x, y) }

func parseNumber(s string) (decimal, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return decimal(x), nil
}

// parseDate parses a date in one of the formats that policies use (W3C's profile of ISO
// 8601, and seconds since 1970).
func parseDate(s string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 4 {
		return time.Unix(seconds, 0), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date, such as 2026-01-31T12:00:00Z", s)
}
