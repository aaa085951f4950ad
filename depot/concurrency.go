package depot

import "firn/internal/transfer"

const (
	// DefaultConcurrency is the number of requests, or parts, in flight if the caller names
	// none and more would cost something: room for waiting parts, or a limit that all of them
	// share. With parts of 16 MiB it is enough for a connection of 1 Gbit/s with a latency of
	// 100 ms.
	DefaultConcurrency = 8
	// MaxConcurrency is the largest number of parts or segments in flight if the caller names
	// none and the engine chooses: it starts with a few, adds more while the throughput grows,
	// and removes some when the service or the connection refuses requests.
	MaxConcurrency = transfer.MostConcurrency
)

// InFlight returns the number of pieces that the engine keeps in flight: the named number, or 0
// if the engine chooses. If held is set, each piece occupies memory or disk until it is done,
// so the engine does not choose.
func InFlight(named int, limitRate int64, held bool) int {
	if named <= 0 && (held || limitRate > 0) {
		return DefaultConcurrency
	}
	return max(0, named)
}

// BoundedRate returns the expected rate of a transfer in bytes per second: the rate of the
// connection, but at most limit. 0 stands for an unknown rate, for no limit, and for an unknown
// result.
func BoundedRate(rate, limit float64) float64 {
	if limit > 0 && (rate <= 0 || limit < rate) {
		return limit
	}
	return rate
}
