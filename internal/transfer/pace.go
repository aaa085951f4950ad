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
	// worth is the share of the greatest possible gain that more at once must bring
	// to be kept.
	worth = 0.25
	// firstRest and longRest are how many rounds pass after more at once brought
	// nothing, before it is tried again: twice as many after each time.
	firstRest, longRest = 8, 64
)

// pace decides how many attempts run at once. It is additive increase,
// multiplicative decrease: the number is halved when the service asks to slow
// down, or the line loses what is sent, and grows back by one with each round: as many
// successes as may run at once. Beyond what is known to pay it grows only while that
// brings more bytes through: it is doubled at first, later raised by a quarter,
// and taken back after a round that was not faster.
type pace struct {
	turns *gate // limit wide: attempts
	hands *gate // limit + 1 wide: pieces worked on, one of which makes ready or clears up

	mu    sync.Mutex
	limit int
	most  int // what limit may come to
	pays  int // limit up to which more at once is known to bring more
	epoch int // counts the halvings

	// The present round.
	successes int
	bytes     int64
	began     time.Time

	// The search for more, beyond pays.
	rate     float64 // bytes per second of the last round at pays
	doubling bool    // until the first time that more brought nothing
	rest     int     // rounds until more is tried again
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
		limit: first, most: most, pays: first,
		began: time.Now(), doubling: true, nextRest: firstRest,
	}
}

// acquire waits for a turn and returns its epoch, which done wants back.
func (p *pace) acquire(ctx context.Context) (epoch int, err error) {
	if err := p.turns.enter(ctx); err != nil {
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
	case v == good:
		p.successes++
		p.bytes += bytes
		if p.successes >= p.limit {
			p.round()
		}
	case v == tooMuch && epoch == p.epoch:
		p.epoch++
		p.doubling = false
		p.set(max(1, p.limit/2))
	}
	p.turns.leave()
}

// round ends a round that went well; p.mu is held.
func (p *pace) round() {
	rate := float64(p.bytes) / max(time.Since(p.began), time.Nanosecond).Seconds()
	switch {
	case p.limit < p.pays:
		p.set(p.limit + 1)
	case p.limit > p.pays:
		p.tried(rate)
	case p.rest > 0:
		p.rest--
		p.rate = rate
		p.set(p.limit)
	default:
		p.rate = rate
		p.set(p.more())
	}
}

// tried judges a round of more at once than is known to pay; p.mu is held.
func (p *pace) tried(rate float64) {
	possible := float64(p.limit)/float64(p.pays) - 1
	if rate < p.rate*(1+worth*possible) {
		p.doubling = false
		p.rest = p.nextRest
		p.nextRest = min(2*p.nextRest, longRest)
		p.set(p.pays)
		return
	}
	p.pays, p.rate = p.limit, rate
	p.nextRest = firstRest
	p.set(p.more())
}

// more is what to try next beyond pays.
func (p *pace) more() int {
	step := (p.pays + 3) / 4
	if p.doubling {
		step = p.pays
	}
	return min(p.pays+step, p.most)
}

// set begins a round with so many at once; p.mu is held.
func (p *pace) set(limit int) {
	p.limit, p.successes, p.bytes, p.began = limit, 0, 0, time.Now()
	p.turns.widen(limit)
	p.hands.widen(limit + 1)
}

// now returns how many may presently run at once.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}
