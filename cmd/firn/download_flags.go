package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"firn/vault"
)

// tierFlag is an option that takes a tier, in any case of letters; empty if it was
// not given.
type tierFlag vault.Tier

func (f *tierFlag) String() string { return string(*f) }

func (f *tierFlag) Set(s string) error {
	i := slices.IndexFunc(tiers(), func(t vault.Tier) bool { return strings.EqualFold(string(t), s) })
	if i < 0 {
		return fmt.Errorf("a tier is one of Expedited, Standard and Bulk")
	}
	*f = tierFlag(tiers()[i])
	return nil
}

// addKeepDays adds the option --keep-days to a command that has objects restored.
func (p *program) addKeepDays(f *pflag.FlagSet) {
	f.IntVar(&p.keepDays, "keep-days", 0, "how many `DAYS` a restored copy in a bucket stays (default: 3, or keep-days of its URL)")
}

// Type is how help names the value.
func (f *tierFlag) Type() string { return "TIER" }

// rangeFlag is an option that takes bytes of an archive, FROM-TO, where TO is the
// first byte behind them and may be left out for the end.
type rangeFlag struct {
	given    bool
	from, to int64 // to is -1 for the end
}

func (f *rangeFlag) String() string {
	switch {
	case !f.given:
		return ""
	case f.to < 0:
		return fmt.Sprintf("%d-", f.from)
	}
	return fmt.Sprintf("%d-%d", f.from, f.to)
}

func (f *rangeFlag) Set(s string) error {
	from, to, ok := strings.Cut(s, "-")
	r := rangeFlag{given: true, to: -1}
	var err error
	if from != "0" {
		r.from, err = parseSize(from)
	}
	if err == nil && to != "" {
		r.to, err = parseSize(to)
	}
	if err != nil || !ok || (to != "" && r.to <= r.from) {
		return fmt.Errorf("%q is not FROM-TO, such as 0-1GiB, 16MiB-48MiB or 1GiB-", s)
	}
	*f = r
	return nil
}

// Type is how help names the value.
func (f *rangeFlag) Type() string { return "FROM-TO" }

// of is the range in an archive of size bytes; of size below zero it is not known.
func (f *rangeFlag) of(size int64) (vault.Range, error) {
	switch {
	case !f.given:
		return vault.Range{}, nil
	case size < 0:
		return vault.Range{}, fmt.Errorf("the size of the archive is not known, so no range of it can be taken: %w", vault.ErrInvalid)
	case f.to < 0 && f.from >= size:
		return vault.Range{}, fmt.Errorf("the archive has %d bytes, and the range begins at %d: %w", size, f.from, vault.ErrInvalid)
	case f.to < 0:
		return vault.Range{Offset: f.from, Size: size - f.from}, nil
	}
	return vault.Range{Offset: f.from, Size: f.to - f.from}, nil
}

// dollarsFlag is an option that takes an amount of money.
type dollarsFlag struct {
	given bool
	usd   float64
}

func (f *dollarsFlag) String() string {
	if !f.given {
		return ""
	}
	return strconv.FormatFloat(f.usd, 'f', -1, 64)
}

func (f *dollarsFlag) Set(s string) error {
	usd, err := strconv.ParseFloat(strings.TrimSuffix(s, "USD"), 64)
	if isAmount := usd >= 0 && usd <= 1e9; err != nil || !isAmount {
		return fmt.Errorf("%q is not an amount of US dollars, such as 2.50", s)
	}
	*f = dollarsFlag{given: true, usd: usd}
	return nil
}

// Type is how help names the value.
func (f *dollarsFlag) Type() string { return "USD" }
