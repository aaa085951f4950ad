package retrievals

import (
	"firn/cmd/firn/internal/term"
	"firn/jobs"
)

// windowText names the rate that a window stands on.
func windowText(rate float64) string {
	if rate == 0 {
		return term.RateText(jobs.AssumedRate) + ", the rate assumed of a line that was not measured (--estimate-rate tells it)"
	}
	return term.RateText(rate)
}
