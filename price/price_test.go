package price_test

import (
	"math"
	"testing"

	"firn/price"
)

func TestUpload(t *testing.T) {
	for _, c := range []struct {
		name     string
		table    price.Table
		requests int
		size     int64
		want     price.Estimate
	}{
		{"1 TiB in 10,000 requests", price.Glacier(), 10_000, 1 << 40, price.Estimate{Requests: 0.30, Month: 3.6864, Minimum: 11.0592}},
		{"one byte pays for its overhead", price.Glacier(), 3, 1, price.Estimate{Requests: 0.00009, Month: 0.0036 / 32768, Minimum: 3 * 0.0036 / 32768}},
		{"a stream has no known storage", price.Glacier(), 2, -1, price.Estimate{Requests: 0.00006}},
		{"a directory is free", price.Free(), 1000, 1 << 40, price.Estimate{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.table.Upload(c.requests, c.size)
			if !near(got.Requests, c.want.Requests) || !near(got.Month, c.want.Month) || !near(got.Minimum, c.want.Minimum) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestTableCanBeOverridden(t *testing.T) {
	table := price.Glacier()
	table.PerThousandUploads = 0.05
	if got := table.Upload(1000, 0).Requests; !near(got, 0.05) {
		t.Errorf("1,000 requests at 0.05 cost %v", got)
	}
	if price.Glacier().PerThousandUploads != 0.03 {
		t.Error("changing a copy changed the table")
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
