package server

import "sync"

// heldBodies bounds what bodies take in memory that are read before it is known that
// their requests are allowed. When there is no more room the oldest gives way: a body that
// is sent takes moments, so that is one that nobody waits for, or one of very many.
type heldBodies struct {
	most int64 // bytes

	mu    sync.Mutex
	bytes int64
	held  []*heldBody // the oldest first
}

// newHeldBodies returns a bound of so many bytes.
func newHeldBodies(most int64) *heldBodies { return &heldBodies{most: most} }

type heldBody struct {
	size   int64
	giveUp func()
}

// hold makes room for a body of size bytes until release is called, or until giveUp is,
// because others need it.
func (u *heldBodies) hold(size int64, giveUp func()) (release func()) {
	if size == 0 {
		return func() {}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.held) > 0 && u.bytes+size > u.most {
		u.drop(u.held[0]).giveUp()
	}
	b := &heldBody{size, giveUp}
	u.bytes += size
	u.held = append(u.held, b)
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.drop(b)
	}
}

// drop takes a body out, if it is still in.
func (u *heldBodies) drop(b *heldBody) *heldBody {
	for i, other := range u.held {
		if other == b {
			u.bytes -= b.size
			u.held = append(u.held[:i], u.held[i+1:]...)
			break
		}
	}
	return b
}
