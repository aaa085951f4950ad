package cli

import (
	"fmt"
	"slices"
	"strings"

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
		return fmt.Errorf("a tier is one of Expedited, Standard and Bulk")
	}
	*f = TierFlag(Tiers()[i])
	return nil
}

// Type returns the name of the value in the help text.
func (f *TierFlag) Type() string { return "TIER" }

// Tiers returns all tiers, the fastest first.
func Tiers() []vault.Tier { return []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk} }
