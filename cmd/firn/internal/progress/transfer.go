// Package progress shows how far transfers, inventories and waits for jobs have come.
package progress

import (
	"sync"
	"time"

	"firn/cmd/firn/internal/term"
	"firn/depot"
)

// waitEvery is how often a log reports a wait for a job, which takes hours.
const waitEvery = 15 * time.Minute

// Transfer shows the progress of one transfer, or of the wait for its job: on a terminal as
// a live line, in a log as a line now and then. Whoever starts it stops it.
type Transfer struct {
	now    func() time.Time
	pieces string // what the transfer consists of: "part" or "segment"
	live   *term.Live

	mu      sync.Mutex
	latest  depot.Progress
	known   bool // latest was set
	speed   Speed
	waiting *depot.Waiting // nil unless a job is waited for
	told    time.Time      // when the wait was last shown
}

// Start begins to show a transfer until Stop is called.
func Start(u *term.UI, now func() time.Time, pieces string) *Transfer {
	t := &Transfer{now: now, pieces: pieces}
	t.live = term.StartLive(u, t.text)
	return t
}

// Stop removes the live line. When it returns, nothing is drawn any more.
func (t *Transfer) Stop() { t.live.Stop() }

// Update takes a snapshot of the transfer. It returns quickly, as the engine requires.
func (t *Transfer) Update(snapshot depot.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latest, t.known, t.waiting = snapshot, true, nil
}

// Wait takes the job that is waited for. It shows the first one at once.
func (t *Transfer) Wait(w depot.Waiting) {
	t.mu.Lock()
	first := t.told.IsZero()
	t.waiting = &w
	t.mu.Unlock()
	if first {
		t.live.Show()
	}
}

func (t *Transfer) text(columns int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	switch {
	case t.waiting != nil && columns == 0 && !t.told.IsZero() && now.Sub(t.told) < waitEvery:
		return ""
	case t.waiting != nil:
		t.told = now
		return waitingText(*t.waiting, now)
	case !t.known:
		return ""
	}
	v := view{Progress: t.latest, pieces: t.pieces, now: now}
	t.speed.See(now, v.Done-v.Resumed+max(0, v.InFlight))
	v.rate = t.speed.Rate()
	if columns > 0 {
		return v.live(columns)
	}
	return v.plain()
}
