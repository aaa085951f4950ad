package jobs

import (
	"cmp"

	"firn/vault"
)

// AssumedRate is what a line that was not measured is taken to carry, in bytes per second: 211
// GiB in 20 hours. Requesting more than can be read in time costs money, because an output
// that expires unread must be paid for again; requesting less costs hours, once.
const AssumedRate = 3 << 20

// Window returns how many bytes a line can read of outputs before they expire, with a sixth
// of the time to spare; 0 if outputs do not expire. Rate is in bytes per second, or 0 if it
// is not known, which is taken for AssumedRate.
func Window(rate float64, l vault.Limits) int64 {
	return int64(cmp.Or(rate, AssumedRate) * l.OutputLifetime.Seconds() * 5 / 6)
}
