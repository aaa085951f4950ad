package depot

import (
	"fmt"
	"time"

	"firn/internal/humane"
	"firn/internal/transfer"
)

// PatientRetry is how the verbs repeat a request, and tell of it.
func PatientRetry(patience time.Duration, stop <-chan struct{}, notice func(string)) transfer.Retry {
	return transfer.Retry{For: patience, Stop: stop, Waiting: func(err error, wait time.Duration) {
		notice(fmt.Sprintf("waiting %s: %v", humane.Duration(wait), err))
	}}
}
