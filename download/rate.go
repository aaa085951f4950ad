package download

import (
	"context"

	"firn/depot"
)

// ExpectedRate returns the rate in bytes per second by which a download is planned:
// o.EstimateRate, or else the rate of earlier downloads from the depot's vault, but at most the
// limit at present. It is 0 if no rate is known.
func ExpectedRate(ctx context.Context, d depot.Depot, o Options) (rate float64, err error) {
	d = d.WithDefaults()
	if rate = o.EstimateRate; rate == 0 {
		rate, err = d.Journal.DownloadRate(ctx, d.Vault.URL())
	}
	return depot.BoundedRate(rate, float64(o.limits().At(d.Now()))), err
}
