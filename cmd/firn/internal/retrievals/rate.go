package retrievals

import (
	"firn/cmd/firn/internal/term"
	"firn/jobs"
)

// rateText names the rate by which jobs are started ahead; 0 is unknown.
func rateText(rate float64) string {
	if rate == 0 {
		return term.RateText(jobs.AssumedRate) + ", the rate assumed of a line that was not measured (--estimate-rate tells it)"
	}
	return term.RateText(rate)
}
