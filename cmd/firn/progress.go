package main

import (
	"sync"
	"time"

	"firn"
)

const (
	drawEvery  = 250 * time.Millisecond // on a terminal
	printEvery = 10 * time.Second       // elsewhere

	// margin is how many columns the live line leaves free at the right: a ^C
	// that the terminal echoes there must not move the cursor to the next line.
	margin = 3
)

// progress shows how one upload goes on: a live line on a terminal, a line now
// and then elsewhere. Whoever made it stops it.
type progress struct {
	ui   *ui
	now  func() time.Time
	quit chan struct{}
	done chan struct{}

	mu     sync.Mutex
	latest firn.Progress
	known  bool // latest was set
	speed  speed
}

// startProgress begins to show what is passed to update, until stop is called.
func startProgress(u *ui, now func() time.Time) *progress {
	p := &progress{ui: u, now: now, quit: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

// update takes a snapshot. It is quick, as the engine asks.
func (p *progress) update(snapshot firn.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest, p.known = snapshot, true
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
	if !p.known {
		p.mu.Unlock()
		return
	}
	v := view{Progress: p.latest, now: p.now()}
	p.speed.see(v.now, v.Done-v.Resumed+max(0, v.InFlight))
	v.rate = p.speed.rate()
	p.mu.Unlock()

	if width := p.ui.width(); width > 0 {
		p.ui.draw(v.live(width - margin))
	} else {
		p.ui.say("firn: %s", v.plain())
	}
}
