package retrievals

import (
	"context"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/jobs"
)

// knownDownloadRate returns the expected rate in bytes per second: estimate, or else the rate of
// earlier downloads, but at most limit. It is 0 if no rate is known.
func knownDownloadRate(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL string, estimate, limit cli.RateFlag) (rate float64, err error) {
	rate = float64(estimate)
	if rate == 0 {
		rate, err = c.DownloadRate(ctx, vaultURL)
	}
	return depot.BoundedRate(rate, float64(limit)), err
}

// rateText names the rate by which jobs are started ahead; 0 is unknown.
func rateText(rate float64) string {
	if rate == 0 {
		return term.RateText(jobs.AssumedRate) + ", the rate assumed of a line that was not measured (--estimate-rate tells it)"
	}
	return term.RateText(rate)
}
