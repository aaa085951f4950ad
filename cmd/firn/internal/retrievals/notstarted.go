package retrievals

import (
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
)

// notStarted returns the error for archives without a job, because their outputs would
// expire before the connection could download them. It wraps jobs.ErrNotStarted.
func notStarted(left []record.Archive, rate float64, units humane.Units) error {
	var bytes int64
	unknown := 0
	for _, a := range left {
		bytes += max(0, a.Size)
		if a.Size < 0 {
			unknown++
		}
	}
	return fmt.Errorf("%s (%s) %w at %s", humane.Count(len(left), "archive"), cli.SumText(bytes, unknown), jobs.ErrNotStarted, rateText(rate, units))
}
