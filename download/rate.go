package download

import (
	"context"

	"firn/depot"
)

// ExpectedRate returns the rate in bytes per second by which a download is planned:
// o.EstimateRate, or else the rate of earlier downloads from the depot's vault, within the
// limits, as a mean over a week. It is 0 if no rate is known.
func ExpectedRate(ctx context.Context, d depot.Depot, o Options) (rate float64, err error) {
	d = d.WithDefaults()
	if rate = o.EstimateRate; rate == 0 {
		rate, err = d.Journal.DownloadRate(ctx, d.Vault.URL())
	}
	return o.limits().Average(rate), err
}
