package dirvault

import (
	"maps"
	"slices"
	"sync"
)

// place is the place of a part in the data of an upload, while a request writes
// there. It is the first that sends the part; others receive it aside, and who has
// all of it first stores it. So nobody waits for the bytes of another client.
type place struct {
	mu     sync.Mutex // held while something is written there
	stored bool       // what is there is no longer this request's: another one has stored it, or it is gone
}

// take returns the place of the part at offset if it is free. The caller gives it up.
func (u *upload) take(offset int64) (own *place, free bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.places[offset] != nil {
		return nil, false
	}
	own = &place{}
	u.places[offset] = own
	return own, true
}

// seize is take for who has a part as a whole: another request that writes at its
// place, if there is one, does so no more when it returns.
func (u *upload) seize(offset int64) *place {
	own := &place{}
	u.mu.Lock()
	other := u.places[offset]
	u.places[offset] = own
	u.mu.Unlock()
	if other != nil {
		other.lose()
	}
	return own
}

// loseAll makes all requests that took places write there no more.
func (u *upload) loseAll() {
	u.mu.Lock()
	taken := slices.Collect(maps.Values(u.places))
	u.mu.Unlock()
	for _, p := range taken {
		p.lose()
	}
}

func (u *upload) giveUp(offset int64, own *place) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.places[offset] == own {
		delete(u.places, offset)
	}
}

// lose makes the request that took the place write there no more.
func (p *place) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stored = true
}

// ifOwn calls do if the place still belongs to the request that took it.
func (p *place) ifOwn(do func() error) (own bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stored {
		return false, nil
	}
	return true, do()
}
