package upload

import (
	"firn/internal/transfer"
	"firn/vault"
)

// Plan is the division of an upload into parts.
type Plan struct {
	Size     int64 // bytes, or -1 for a stream
	PartSize int64 // bytes
	Parts    int   // 0 for a stream
}

// Requests returns the number of requests of the upload that a service may charge for: one to
// begin, one for each part, and one to complete.
func (p Plan) Requests() int { return p.Parts + 2 }

// Reach returns the number of bytes that parts of this size can hold at a vault.
func (p Plan) Reach(l vault.Limits) int64 { return transfer.Plan{PartSize: p.PartSize}.Reach(l) }

// NewPlan returns the plan for size bytes, or -1 for a stream. If the vault cannot hold so many
// bytes, the error wraps vault.ErrInvalid.
func NewPlan(l vault.Limits, size int64, o Options) (Plan, error) {
	plan, err := transfer.NewPlan(l, size, o.wish(size < 0))
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Size: plan.Size, PartSize: plan.PartSize}
	if size >= 0 {
		p.Parts = plan.Parts()
	}
	return p, nil
}
