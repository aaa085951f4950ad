// Package progress shows how transfers, inventories and the wait for jobs go on.
package progress

import (
	"sync"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// waitEvery is how often a log says that a job of hours is waited for.
const waitEvery = 15 * time.Minute

// Progress shows how one transfer goes on, or the waiting for its job: a live line
// on a terminal, a line now and then elsewhere. Whoever made it stops it.
type Progress struct {
	ui     *term.UI
	now    func() time.Time
	pieces string // what the transfer is cut into: "part" or "segment"
	quit   chan struct{}
	done   chan struct{}

	mu      sync.Mutex
	latest  depot.Progress
	known   bool // latest was set
	speed   term.Speed
	waiting *depot.Waiting // set while there is a job to wait for
	told    time.Time      // when a log was last told of that
}

// StartProgress begins to show what is passed to update and wait, until stop is
// called.
func StartProgress(u *term.UI, now func() time.Time, pieces string) *Progress {
	p := &Progress{ui: u, now: now, pieces: pieces, quit: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

// Update takes a snapshot. It is quick, as the engine asks.
func (p *Progress) Update(snapshot depot.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest, p.known, p.waiting = snapshot, true, nil
}

// Wait takes what is waited for. A log is told at once, the first time.
func (p *Progress) Wait(w depot.Waiting) {
	p.mu.Lock()
	first := p.told.IsZero()
	p.waiting = &w
	p.mu.Unlock()
	if first {
		p.show()
	}
}

// Stop removes the live line and returns when nothing is drawn any more.
func (p *Progress) Stop() {
	close(p.quit)
	<-p.done
}

func (p *Progress) run() {
	defer close(p.done)
	defer p.ui.Clear()
	every := term.PrintEvery
	if p.ui.IsTerminal() {
		every = term.DrawEvery
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

func (p *Progress) show() {
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
	p.speed.See(v.now, v.Done-v.Resumed+max(0, v.InFlight))
	v.rate = p.speed.Rate()
	p.mu.Unlock()

	if width := p.ui.Width(); width > 0 {
		p.ui.Draw(v.live(width - term.Margin))
	} else {
		p.ui.Say("firn: %s", v.plain())
	}
}

// showWaiting says what is waited for; p.mu is held.
func (p *Progress) showWaiting(w depot.Waiting, now time.Time) {
	if width := p.ui.Width(); width > 0 {
		p.told = now
		p.ui.Draw(term.Cut(waitingText(w, now), width-term.Margin))
	} else if p.told.IsZero() || now.Sub(p.told) >= waitEvery {
		p.told = now
		p.ui.Say("firn: %s", waitingText(w, now))
	}
}
