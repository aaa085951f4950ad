package transfer

import (
	"context"
	"sync"
	"time"
)

// The number of pieces in flight if the caller sets none. Four are enough for a connection
// that is not both fast and of high latency. All parts in flight share the connection, and
// unacknowledged bytes are sent again when it breaks, so the number is no larger than is
// worthwhile.
const (
	firstConcurrency = 4
	// MostConcurrency is the largest number of pieces in flight if the caller sets none.
	MostConcurrency = 32
)

const (
	// leastConcurrency is the smallest number that the search tries: while one piece is
	// being acknowledged, another one transfers bytes.
	leastConcurrency = 2
	// worth is the fraction of the proportional change of the rate that decides: a larger
	// number is kept if the rate grows by at least that fraction, a smaller one if the rate
	// falls by no more than that. leastGain is the smallest gain that a larger number must
	// bring, since the rate of a connection varies by less than that anyway.
	worth, leastGain = 0.25, 0.125
	// After a number that was not kept, firstRest rounds pass before another one is tried.
	// Each time this number doubles, up to longRest.
	firstRest, longRest = 4, 16
)

// pace decides how many attempts run at once, by additive increase and multiplicative
// decrease. It halves the number when the service asks to slow down or the connection
// breaks, and lets it grow by one with each round. A round is as many successes as may run
// at once. The number also follows the measured rate: at first pace doubles it, later it
// tries a quarter more and a quarter fewer in turn, and returns after a round that did not
// improve the rate.
type pace struct {
	attempts *semaphore // admits limit attempts
	workers  *semaphore // admits limit + 1 pieces; one of them is being prepared or finished

	mu    sync.Mutex
	limit int
	most  int // upper bound of limit
	pays  int // the number known to be worthwhile
	epoch int // number of halvings

	// The present round.
	ignored   int // outstanding successes of attempts that began before the round
	successes int
	bytes     int64
	began     time.Time

	// The search for the best number, unless it is fixed.
	fixed    bool
	rate     float64 // recent bytes per second at pays
	trying   bool    // the present round tries another number than pays
	doubling bool    // until a larger number first brings no gain
	fewer    bool    // the next number to try is smaller, not larger
	rest     int     // rounds until another number is tried
	nextRest int
}

// newPace returns a pace of fixed attempts at once (fewer while the service asks for that),
// or, if fixed is zero, one that searches for the best number.
func newPace(fixed int) *pace {
	first, most := fixed, fixed
	if fixed == 0 {
		first, most = firstConcurrency, MostConcurrency
	}
	return &pace{
		attempts: newSemaphore(first), workers: newSemaphore(first + 1),
		limit: first, most: most, pays: first, fixed: fixed > 0,
		began: time.Now(), doubling: true, nextRest: firstRest,
	}
}

// acquire waits until the ticket is admitted and returns the epoch, which the caller passes
// to done.
func (p *pace) acquire(ctx context.Context, t ticket) (epoch int, err error) {
	if err := p.attempts.wait(ctx, t); err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.epoch, nil
}

// verdict is what the result of an attempt says about the service and the connection.
type verdict int

const (
	neutral verdict = iota // failed for reasons that do not concern the pace
	good                   // acknowledged
	tooMuch                // the service asks to slow down, or the connection broke
)

// done ends an attempt that transferred so many bytes. An attempt from before a halving
// does not halve the number again, since its failure has the same cause.
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
	p.attempts.release()
}

// round ends a successful round. The caller holds p.mu.
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

// recent returns a mean of rates in which older ones count less.
func recent(before, rate float64) float64 {
	if before == 0 {
		return rate
	}
	return (3*before + rate) / 4
}

// next begins a round with the known best number, or tries another one. The caller holds
// p.mu.
func (p *pace) next() {
	if p.rest > 0 || p.fixed {
		p.rest = max(0, p.rest-1)
		p.set(p.pays)
		return
	}
	limit := p.another()
	if limit == p.pays { // there is no other number in this direction
		p.doubling, p.fewer = false, !p.fewer
		limit = p.another()
	}
	p.trying = limit != p.pays
	p.change(limit)
}

// another returns the next number to try.
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

// change begins a round with another number. If the number is smaller, attempts from before
// finish faster than new ones and would count as their successes, so they are ignored.
func (p *pace) change(limit int) {
	before := p.limit
	p.set(limit)
	if limit < before {
		p.ignored = before
	}
}

// tried evaluates a round with another number than pays. The caller holds p.mu.
func (p *pace) tried(rate float64) {
	p.trying = false
	due := worth * (float64(p.limit)/float64(p.pays) - 1) // the change of the rate if it were proportional, times worth
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

// set begins a round with limit attempts at once. The caller holds p.mu.
func (p *pace) set(limit int) {
	p.limit, p.ignored, p.successes, p.bytes, p.began = limit, 0, 0, 0, time.Now()
	p.attempts.resize(limit)
	p.workers.resize(limit + 1)
}

// now returns how many attempts may run at once at present.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
