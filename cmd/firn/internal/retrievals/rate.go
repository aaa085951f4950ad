package retrievals

import (
	"firn/internal/humane"
	"firn/jobs"
)

// rateText names the rate by which jobs are started ahead; 0 is unknown.
func rateText(rate float64, units humane.Units) string {
	if rate == 0 {
		return units.Rate(jobs.AssumedRate) + ", the rate that it assumes for an unmeasured connection (--estimate-rate sets it)"
	}
	return units.Rate(rate)
}
