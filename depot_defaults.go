package firn

import (
	"time"

	"firn/internal/transfer"
)

// setDefaults fills in what the options of every verb have: patience, somebody to
// tell, and a clock.
func setDefaults(retryFor *time.Duration, notice *func(string), now *func() time.Time) {
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
