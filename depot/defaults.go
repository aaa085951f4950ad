// Package depot holds what the verbs of firn share: their errors, their patience with a
// vault that does not answer, the look at what a vault has under an id, and how they show
// progress and ids.
package depot

import (
	"time"

	"firn/internal/transfer"
)

// SetDefaults fills in what the options of every verb have: patience, somebody to
// tell, and a clock.
func SetDefaults(retryFor *time.Duration, notice *func(string), now *func() time.Time) {
	if *retryFor == 0 {
		*retryFor = transfer.DefaultRetryFor
	}
	if *notice == nil {
		*notice = func(string) {}
	}
	if *now == nil {
		*now = time.Now
	}
}
