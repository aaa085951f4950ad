package transfer

import (
	"context"
	"sync"
	"time"
)

// What a transfer begins with and may come to where the caller names no number.
// Four fill a line that is not both fast and far away. Parts in flight share the
// line, and what is not acknowledged when it breaks is sent again, so there are no
// more of them than pay.
const (
	firstConcurrency = 4
	// MostConcurrency is how many pieces are in flight at most where the caller
	// names no number.
	MostConcurrency = 32
)

const (
	// leastConcurrency is what a transfer that looks for the number does not go below
	// by itself: while one piece is acknowledged, another moves.
	leastConcurrency = 2
	// worth is the share of the greatest possible gain that more at once must bring
	// to be kept, and of the greatest possible loss that fewer may bring. leastGain is
	// what more must bring at any rate: no line is so steady that less means anything.
	worth, leastGain = 0.25, 0.125
	// firstRest and longRest are how many rounds pass before another number is tried
	// again after one that was not kept: twice as many after each time.
	firstRest, longRest = 4, 16
)

// pace decides how many attempts run at once. It is additive increase,
// multiplicative decrease: the number is halved when the service asks to slow
// down, or the line loses what is sent, and grows back by one with each round: as many
// successes as may run at once. Other than that it changes with what comes through: it is
// doubled at first, later a quarter more and a quarter fewer are tried in turn, and
// what does not pay is taken back after a round.
type pace struct {
	turns *gate // limit wide: attempts
	hands *gate // limit + 1 wide: pieces worked on, one of which makes ready or clears up

	mu    sync.Mutex
	limit int
	most  int // what limit may come to
	pays  int // what is known to be worth it
	epoch int // counts the halvings

	// The present round.
	ignored   int // successes that are still to come of what began before it
	successes int
	bytes     int64
	began     time.Time

	// The search for what pays, where the number is not fixed.
	fixed    bool
	rate     float64 // bytes per second at pays, of late
	trying   bool    // the present round is one of another number than pays
	doubling bool    // until the first time that more brought nothing
	fewer    bool    // rather than more is tried next
	rest     int     // rounds until something is tried again
	nextRest int
}

// newPace returns a pace of fixed attempts at once, fewer while the service asks for
// that, or, if fixed is zero, one that looks for the number that pays.
func newPace(fixed int) *pace {
	first, most := fixed, fixed
	if fixed == 0 {
		first, most = firstConcurrency, MostConcurrency
	}
	return &pace{
		turns: newGate(first), hands: newGate(first + 1),
		limit: first, most: most, pays: first, fixed: fixed > 0,
		began: time.Now(), doubling: true, nextRest: firstRest,
	}
}

// acquire waits for a turn and returns its epoch, which done wants back.
func (p *pace) acquire(ctx context.Context, turn place) (epoch int, err error) {
	if err := p.turns.wait(ctx, turn); err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.epoch, nil
}

// verdict is what an attempt tells the pace about the service and the line.
type verdict int

const (
	neutral verdict = iota // failed for reasons that the pace does not touch
	good                   // acknowledged
	tooMuch                // the service asks to slow down, or the line broke
)

// done ends a turn that moved so many bytes. Of the turns that began before a
// halving, none halves again: they all ran into the same wall.
func (p *pace) done(epoch int, v verdict, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case v == good && p.ignored > 0:
		p.ignored--
		p.began = time.Now()
	case v == good:
		p.successes++
		p.bytes += bytes
		if p.successes >= p.limit {
			p.round()
		}
	case v == tooMuch && epoch == p.epoch:
		p.epoch++
		p.doubling, p.trying = false, false
		p.set(max(1, p.limit/2))
	}
	p.turns.leave()
}

// round ends a round that went well; p.mu is held.
func (p *pace) round() {
	rate := float64(p.bytes) / max(time.Since(p.began), time.Nanosecond).Seconds()
	switch {
	case p.trying:
		p.tried(rate)
	case p.limit < p.pays:
		p.set(p.limit + 1)
	default:
		p.rate = recent(p.rate, rate)
		p.next()
	}
}

// recent is a mean of rates in which older ones count less and less.
func recent(before, rate float64) float64 {
	if before == 0 {
		return rate
	}
	return (3*before + rate) / 4
}

// next begins a round at what pays, or tries another number; p.mu is held.
func (p *pace) next() {
	if p.rest > 0 || p.fixed {
		p.rest = max(0, p.rest-1)
		p.set(p.pays)
		return
	}
	limit := p.another()
	if limit == p.pays { // there is nothing that way
		p.doubling, p.fewer = false, !p.fewer
		limit = p.another()
	}
	p.trying = limit != p.pays
	p.change(limit)
}

// another is the number to try next.
func (p *pace) another() int {
	step := (p.pays + 3) / 4
	switch {
	case p.doubling:
		return min(2*p.pays, p.most)
	case p.fewer:
		return max(p.pays-step, min(p.pays, leastConcurrency))
	}
	return min(p.pays+step, p.most)
}

// change begins a round of another number of the search. Where it is lower, what
// began before comes through faster than what begins now, and would pass for its
// success.
func (p *pace) change(limit int) {
	before := p.limit
	p.set(limit)
	if limit < before {
		p.ignored = before
	}
}

// tried judges a round of another number than is known to pay; p.mu is held.
func (p *pace) tried(rate float64) {
	p.trying = false
	due := worth * (float64(p.limit)/float64(p.pays) - 1) // what the rate would change by if it followed the number
	if due > 0 {
		due = max(due, leastGain)
	}
	if rate < p.rate*(1+due) {
		p.doubling, p.fewer = false, !p.fewer
		p.rest = p.nextRest
		p.nextRest = min(2*p.nextRest, longRest)
		p.change(p.pays)
		return
	}
	p.pays, p.nextRest = p.limit, firstRest
	p.rate = rate
	p.next()
}

// set begins a round with so many at once; p.mu is held.
func (p *pace) set(limit int) {
	p.limit, p.ignored, p.successes, p.bytes, p.began = limit, 0, 0, 0, time.Now()
	p.turns.widen(limit)
	p.hands.widen(limit + 1)
}

// now returns how many may presently run at once.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
