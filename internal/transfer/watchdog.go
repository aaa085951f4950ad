package transfer

import (
	"context"
	"time"

	"firn/vault"
)

// errStalled ends an attempt in which no byte moved for too long. It counts as throttling:
// with fewer parts in flight, each gets a larger share of the connection.
var errStalled = vault.Errorf(vault.ErrThrottled, "no byte moved for too long")

// watchdog cancels a context if it is not fed for some time.
type watchdog struct {
	timer *time.Timer
	limit time.Duration
}

// guard returns a context that is cancelled with errStalled when the watchdog was not fed
// for limit. The caller calls stop when the attempt is over.
func guard(ctx context.Context, limit time.Duration) (guarded context.Context, dog *watchdog, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	dog = &watchdog{limit: limit}
	dog.timer = time.AfterFunc(limit, func() { cancel(errStalled) })
	return guarded, dog, func() {
		dog.timer.Stop()
		cancel(nil)
	}
}

func (d *watchdog) feed() { d.timer.Reset(d.limit) }

// rest pauses the watchdog until it is fed.
func (d *watchdog) rest() { d.timer.Stop() }
