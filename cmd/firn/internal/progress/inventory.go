package progress

import (
	"fmt"
	"sync"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
)

// Inventory shows the wait for an inventory, and how far it is read. Whoever starts it stops
// it.
type Inventory struct {
	ui   *term.UI
	now  func() time.Time
	live *term.Live // nil if nothing is to be shown

	mu      sync.Mutex
	waiting *depot.Waiting // nil as soon as there is something to read
	told    bool           // a log has reported the wait
	read    depot.Reading
}

// StartInventory begins to show an inventory until Stop is called. With --quiet it shows
// nothing.
func StartInventory(p *cli.Program) *Inventory {
	i := &Inventory{ui: p.UI, now: p.Now, told: p.Quiet}
	if !p.Quiet {
		i.live = term.StartLive(p.UI, i.text)
	}
	return i
}

// Stop removes the live line. When it returns, nothing is drawn any more.
func (i *Inventory) Stop() {
	if i.live != nil {
		i.live.Stop()
	}
}

// Waiting takes the job that is waited for. A log reports the first one at once, and no
// other.
func (i *Inventory) Waiting(w depot.Waiting) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = &w
	if !i.told && !i.ui.IsTerminal() {
		i.told = true
		i.ui.Say("firn: %s", waitingText(w, i.now()))
	}
}

// Reading takes how far the inventory is read.
func (i *Inventory) Reading(r depot.Reading) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting, i.read = nil, r
}

func (i *Inventory) text(columns int) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.waiting != nil && columns > 0:
		return waitingText(*i.waiting, i.now())
	case i.waiting != nil || i.read.Entries == 0:
		return ""
	case i.read.Finishing:
		return Entries(i.read.Entries) + " filed; working out what they mean"
	case i.read.Size > 0:
		return fmt.Sprintf("%d%%, %s of %s, %s", 100*i.read.Bytes/i.read.Size,
			humane.Bytes(i.read.Bytes), humane.Bytes(i.read.Size), Entries(i.read.Entries))
	}
	return Entries(i.read.Entries)
}

// Entries returns a number of entries in words.
func Entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
