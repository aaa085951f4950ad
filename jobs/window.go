package jobs

import (
	"cmp"

	"firn/vault"
)

// AssumedRate is the assumed rate, in bytes per second, of a connection that was not measured:
// 211 GiB in 20 hours. If firn requested more than it can read in time, an output would expire
// unread and would have to be paid for again. Requesting less costs only time.
const AssumedRate = 3 << 20

// Window returns the number of bytes of outputs that a connection can read before they expire,
// with a sixth of the time to spare; 0 if outputs do not expire. Rate is in bytes per second;
// 0, for an unknown rate, stands for AssumedRate.
func Window(rate float64, l vault.Limits) int64 {
	return int64(cmp.Or(rate, AssumedRate) * l.OutputLifetime.Seconds() * 5 / 6)
}
