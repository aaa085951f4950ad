package upload

import (
	"firn/internal/transfer"
	"firn/vault"
)

// Plan is how an upload would be cut.
type Plan struct {
	Size     int64 // bytes, or -1 for a stream
	PartSize int64 // bytes
	Parts    int   // 0 for a stream
}

// Requests returns how many requests that a service may charge for the upload
// takes: one to begin, one for each part, one to complete.
func (p Plan) Requests() int { return p.Parts + 2 }

// NewPlan returns how size bytes, or -1 for a stream, would be uploaded. What
// the vault cannot hold is refused with an error that wraps vault.ErrInvalid.
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
