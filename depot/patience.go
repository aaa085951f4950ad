package depot

import (
	"fmt"
	"time"

	"firn/internal/humane"
	"firn/internal/transfer"
)

// Retry returns the policy by which the run repeats requests: it retries for as long as
// Patience, and announces each wait by a notice.
func (r *Run) Retry() transfer.Retry {
	return transfer.Retry{For: r.Patience, Stop: r.Drain, Waiting: func(err error, wait time.Duration) {
		r.Notice(fmt.Sprintf("waiting %s: %v", humane.Duration(wait), err))
	}}
}
