package bounds

import (
	"testing"
	"time"

	"firn/vault"
)

// A key that starts jobs without end is slowed down, each kind of job by itself, and
// other keys are not.
func TestJobsOfAKeyAreBounded(t *testing.T) {
	for kind, bound := range map[vault.JobKind]struct{ atOnce, perHour int }{
		vault.RetrieveArchive:   {50_000, 20_000},
		vault.RetrieveInventory: {1000, 60},
	} {
		var rates JobRates
		now := time.Unix(1_800_000_000, 0)
		started := func(key string) (n int) {
			for rates.Allow(key, kind, now) {
				n++
			}
			return n
		}
		for _, key := range []string{"reader", "owner"} {
			if n := started(key); n != bound.atOnce {
				t.Errorf("%s: %s started %d at once", kind, key, n)
			}
		}
		now = now.Add(time.Hour)
		if n := started("reader"); n != bound.perHour {
			t.Errorf("%s: %d were started in the hour after", kind, n)
		}
	}
}
