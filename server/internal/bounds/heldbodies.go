package bounds

import "sync"

// HeldBodies bounds how much memory is taken by the bodies of requests that are read before
// it is known whether the requests are allowed. When the memory is used up, the oldest body is
// given up: sending such a body takes moments, so that nobody waits for the oldest one, or
// there are very many.
type HeldBodies struct {
	most int64 // bytes

	mu    sync.Mutex
	bytes int64
	held  []*heldBody // the oldest first
}

// NewHeldBodies returns a bound of so many bytes.
func NewHeldBodies(most int64) *HeldBodies { return &HeldBodies{most: most} }

type heldBody struct {
	size   int64
	giveUp func()
}

// Hold counts a body of size bytes until the caller calls release, or until Hold calls giveUp
// because others need the memory.
func (h *HeldBodies) Hold(size int64, giveUp func()) (release func()) {
	if size == 0 {
		return func() {}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.held) > 0 && h.bytes+size > h.most {
		h.drop(h.held[0]).giveUp()
	}
	b := &heldBody{size, giveUp}
	h.bytes += size
	h.held = append(h.held, b)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drop(b)
	}
}

// drop takes a body out, if it is still counted.
func (h *HeldBodies) drop(b *heldBody) *heldBody {
	for i, other := range h.held {
		if other == b {
			h.bytes -= b.size
			h.held = append(h.held[:i], h.held[i+1:]...)
			break
		}
	}
	return b
}
