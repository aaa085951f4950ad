package main

import (
	"sync"
	"time"

	"firn/depot"
)

const (
	drawEvery  = 250 * time.Millisecond // on a terminal
	printEvery = 10 * time.Second       // elsewhere

	// waitEvery is how often a log is told that a job of hours is waited for.
	waitEvery = 15 * time.Minute

	// margin is how many columns the live line leaves free at the right: a ^C
	// that the terminal echoes there must not move the cursor to the next line.
	margin = 3
)

// progress shows how one transfer goes on, or the waiting for its job: a live line
// on a terminal, a line now and then elsewhere. Whoever made it stops it.
type progress struct {
	ui     *ui
	now    func() time.Time
	pieces string // what the transfer is cut into: "part" or "segment"
	quit   chan struct{}
	done   chan struct{}

	mu      sync.Mutex
	latest  depot.Progress
	known   bool // latest was set
	speed   speed
	waiting *depot.Waiting // set while there is a job to wait for
	told    time.Time      // when a log was last told of that
}

// startProgress begins to show what is passed to update and wait, until stop is
// called.
func startProgress(u *ui, now func() time.Time, pieces string) *progress {
	p := &progress{ui: u, now: now, pieces: pieces, quit: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

// update takes a snapshot. It is quick, as the engine asks.
func (p *progress) update(snapshot depot.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest, p.known, p.waiting = snapshot, true, nil
}

// wait takes what is waited for. A log is told at once, the first time.
func (p *progress) wait(w depot.Waiting) {
	p.mu.Lock()
	first := p.told.IsZero()
	p.waiting = &w
	p.mu.Unlock()
	if first {
		p.show()
	}
}

// stop removes the live line and returns when nothing is drawn any more.
func (p *progress) stop() {
	close(p.quit)
	<-p.done
}

func (p *progress) run() {
	defer close(p.done)
	defer p.ui.clear()
	every := printEvery
	if p.ui.isTerminal() {
		every = drawEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-ticker.C:
			p.show()
		}
	}
}

func (p *progress) show() {
	p.mu.Lock()
	switch {
	case p.waiting != nil:
		defer p.mu.Unlock()
		p.showWaiting(*p.waiting, p.now())
		return
	case !p.known:
		p.mu.Unlock()
		return
	}
	v := view{Progress: p.latest, pieces: p.pieces, now: p.now()}
	p.speed.see(v.now, v.Done-v.Resumed+max(0, v.InFlight))
	v.rate = p.speed.rate()
	p.mu.Unlock()

	if width := p.ui.width(); width > 0 {
		p.ui.draw(v.live(width - margin))
	} else {
		p.ui.say("firn: %s", v.plain())
	}
}

// showWaiting says what is waited for; p.mu is held.
func (p *progress) showWaiting(w depot.Waiting, now time.Time) {
	if width := p.ui.width(); width > 0 {
		p.told = now
		p.ui.draw(cut(waitingText(w, now), width-margin))
	} else if p.told.IsZero() || now.Sub(p.told) >= waitEvery {
		p.told = now
		p.ui.say("firn: %s", waitingText(w, now))
	}
}
