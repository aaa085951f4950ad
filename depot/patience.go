package depot

import (
	"fmt"
	"time"

	"firn/internal/humane"
	"firn/internal/transfer"
)

// Retry is how the run repeats a request: for as long as Patience, with a notice for each
// wait.
func (r *Run) Retry() transfer.Retry {
	return transfer.Retry{For: r.Patience, Stop: r.Drain, Waiting: func(err error, wait time.Duration) {
		r.Notice(fmt.Sprintf("waiting %s: %v", humane.Duration(wait), err))
	}}
}
