package depot

import "firn/internal/transfer"

const (
	// DefaultConcurrency is how many requests, or parts, are in flight where the caller
	// names no number and more would cost something: room for parts that wait, or a
	// limit that all share. It is enough for a line of 100 ms and 1 Gbit/s with parts
	// of 16 MiB.
	DefaultConcurrency = 8
	// MaxConcurrency is how many parts or segments are in flight at most where the
	// caller names no number and as many are as pay: a few at first, more while more
	// come through, fewer when the service or the line refuses some.
	MaxConcurrency = transfer.MostConcurrency
)

// InFlight returns how many pieces the engine is to have in flight: what was named, or
// 0 for as many as pay. Held says that pieces take room until they are done.
func InFlight(named int, limitRate int64, held bool) int {
	if named <= 0 && (held || limitRate > 0) {
		return DefaultConcurrency
	}
	return max(0, named)
}

// LineRate is what a line carries, in bytes per second, of which rate is known and which a
// limit bounds. Each is 0 if there is none, and so is the result if there is neither.
func LineRate(rate, limit float64) float64 {
	if limit > 0 && (rate <= 0 || limit < rate) {
		return limit
	}
	return rate
}
