package serving

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// delayFlag is an option with the duration of jobs: one for all tiers, or one for each named
// tier and 0 for the others. An inventory takes as long as Standard, as at the service.
type delayFlag map[vault.Tier]time.Duration

func (f *delayFlag) String() string {
	var parts []string
	for _, tier := range cli.Tiers() {
		if d := (*f)[tier]; d > 0 {
			parts = append(parts, fmt.Sprintf("%s=%s", tier, d))
		}
	}
	return strings.Join(parts, ",")
}

func (f *delayFlag) Set(s string) error {
	delays := delayFlag{}
	if !strings.Contains(s, "=") {
		d, err := ParseDelay(s)
		for _, tier := range cli.Tiers() {
			delays[tier] = d
		}
		*f = delays
		return err
	}
	for part := range strings.SplitSeq(s, ",") {
		name, text, _ := strings.Cut(part, "=")
		tier := vault.Tier(name)
		if _, again := delays[tier]; again || !slices.Contains(cli.Tiers(), tier) {
			return fmt.Errorf("%q is not one of Expedited=, Standard= and Bulk=, each at most once", part)
		}
		d, err := ParseDelay(text)
		if err != nil {
			return err
		}
		delays[tier] = d
	}
	*f = delays
	return nil
}

// ParseDelay parses a duration that is not negative.
func ParseDelay(s string) (time.Duration, error) {
	return term.ParseDuration(s)
}

func (f *delayFlag) Type() string { return "TIME" }

// delay returns the duration of a job; see dirvault.Options.
func (f delayFlag) delay(_ vault.JobKind, tier vault.Tier) time.Duration {
	if tier == "" {
		tier = vault.Standard
	}
	return f[tier]
}
