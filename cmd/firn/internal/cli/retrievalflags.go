package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// TierFlag is an option that takes a tier, in any case of letters; empty if it was
// not given.
type TierFlag vault.Tier

func (f *TierFlag) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *TierFlag) Set(s string) error {
	i := slices.IndexFunc(Tiers(), func(t vault.Tier) bool { return strings.EqualFold(string(t), s) })
	if i < 0 {
		return fmt.Errorf("a tier is one of Expedited, Standard and Bulk")
	}
	*f = TierFlag(Tiers()[i])
	return nil
}

// AddKeepDays adds the option --keep-days to a command that has objects restored.
func (p *Program) AddKeepDays(f *pflag.FlagSet) {
	f.IntVar(&p.keepDays, "keep-days", 0, "how many `DAYS` a restored copy in a bucket stays (default: 3, or keep-days of its URL)")
}

// Type is how help names the value.
func (f *TierFlag) Type() string { return "TIER" }

// RangeFlag is an option that takes bytes of an archive, FROM-TO, where TO is the
// first byte behind them and may be left out for the end.
type RangeFlag struct {
	Given    bool
	from, to int64 // to is -1 for the end
}

func (f *RangeFlag) String() string {
	switch {
	case !f.Given:
		return ""
	case f.to < 0:
		return fmt.Sprintf("%d-", f.from)
	}
	return fmt.Sprintf("%d-%d", f.from, f.to)
}

// Set implements pflag.Value.
func (f *RangeFlag) Set(s string) error {
	from, to, ok := strings.Cut(s, "-")
	r := RangeFlag{Given: true, to: -1}
	var err error
	if from != "0" {
		r.from, err = term.ParseSize(from)
	}
	if err == nil && to != "" {
		r.to, err = term.ParseSize(to)
	}
	if err != nil || !ok || (to != "" && r.to <= r.from) {
		return fmt.Errorf("%q is not FROM-TO, such as 0-1GiB, 16MiB-48MiB or 1GiB-", s)
	}
	*f = r
	return nil
}

// Type is how help names the value.
func (f *RangeFlag) Type() string { return "FROM-TO" }

// Of is the range in an archive of size bytes; of size below zero it is not known.
func (f *RangeFlag) Of(size int64) (vault.Range, error) {
	switch {
	case !f.Given:
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

// DollarsFlag is an option that takes an amount of money.
type DollarsFlag struct {
	Given bool
	USD   float64
}

func (f *DollarsFlag) String() string {
	if !f.Given {
		return ""
	}
	return strconv.FormatFloat(f.USD, 'f', -1, 64)
}

// Set implements pflag.Value.
func (f *DollarsFlag) Set(s string) error {
	usd, err := strconv.ParseFloat(strings.TrimSuffix(s, "USD"), 64)
	if isAmount := usd >= 0 && usd <= 1e9; err != nil || !isAmount {
		return fmt.Errorf("%q is not an amount of US dollars, such as 2.50", s)
	}
	*f = DollarsFlag{Given: true, USD: usd}
	return nil
}

// Type is how help names the value.
func (f *DollarsFlag) Type() string { return "USD" }

// Tiers are all tiers, the fastest first.
func Tiers() []vault.Tier { return []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk} }
