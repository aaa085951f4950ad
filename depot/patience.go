package depot

import "firn/internal/transfer"

// Retry returns the policy by which the run repeats requests: it retries for as long as
// Patience, and announces the reason by a notice.
func (r *Run) Retry() transfer.Retry {
	return transfer.Retry{For: r.Patience, Stop: r.Drain}.Announce(r.Notice)
}
