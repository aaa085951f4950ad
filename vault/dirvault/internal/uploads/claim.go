package uploads

import (
	"maps"
	"slices"
	"sync"
)

// claim is the right of a request to write its part into the data of an upload. The first
// request that sends the part gets it. Other requests receive the part aside, and the one
// that has all of it first takes the claim over. So nobody waits for the bytes of another
// client.
type claim struct {
	mu      sync.Mutex // held while bytes of the part are written
	revoked bool       // another request has taken the claim over, or the bytes are gone
}

// claim returns the claim on the part at offset, if no request has it. The caller releases it.
func (u *Upload) claim(offset int64) (own *claim, free bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.claims[offset] != nil {
		return nil, false
	}
	own = &claim{}
	u.claims[offset] = own
	return own, true
}

// takeOver returns the claim on the part at offset for a request that has all of the part. A
// request that had the claim writes no more bytes once takeOver has returned.
func (u *Upload) takeOver(offset int64) *claim {
	own := &claim{}
	u.mu.Lock()
	other := u.claims[offset]
	u.claims[offset] = own
	u.mu.Unlock()
	if other != nil {
		other.revoke()
	}
	return own
}

// revokeClaims makes all requests that have claims write no more bytes.
func (u *Upload) revokeClaims() {
	u.mu.Lock()
	all := slices.Collect(maps.Values(u.claims))
	u.mu.Unlock()
	for _, c := range all {
		c.revoke()
	}
}

func (u *Upload) release(offset int64, own *claim) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.claims[offset] == own {
		delete(u.claims, offset)
	}
}

func (c *claim) revoke() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.revoked = true
}

// ifValid calls do if the claim was not revoked, and keeps it from being revoked meanwhile.
func (c *claim) ifValid(do func() error) (valid bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revoked {
		return false, nil
	}
	return true, do()
}
