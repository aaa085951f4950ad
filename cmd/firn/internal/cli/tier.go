package cli

import (
	"slices"
	"strings"

	"firn/cmd/firn/internal/suggest"
	"firn/vault"
)

// TierFlag is an option that takes a tier, in upper or lower case. It is empty if it was not
// given.
type TierFlag vault.Tier

func (f *TierFlag) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *TierFlag) Set(s string) error {
	i := slices.IndexFunc(Tiers(), func(t vault.Tier) bool { return strings.EqualFold(string(t), s) })
	if i < 0 {
		return suggest.OneOf(s, tierNames())
	}
	*f = TierFlag(Tiers()[i])
	return nil
}

// Type returns the name of the value in the help text.
func (f *TierFlag) Type() string { return "TIER" }

func tierNames() (names []string) {
	for _, tier := range Tiers() {
		names = append(names, string(tier))
	}
	return names
}

// Tiers returns all tiers, the fastest first.
func Tiers() []vault.Tier { return []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk} }
