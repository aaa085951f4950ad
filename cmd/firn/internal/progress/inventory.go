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
	ui    *term.UI
	now   func() time.Time
	shown shown

	mu      sync.Mutex
	waiting *depot.Waiting // nil as soon as there is something to read
	told    bool           // a log has reported the wait
	read    depot.Reading
}

// StartInventory begins to show an inventory until Stop is called. With --quiet it shows
// nothing.
func StartInventory(p *cli.Program) *Inventory {
	i := &Inventory{ui: p.UI, now: p.Now, told: p.Quiet}
	i.shown = show(p, i.text, i.status)
	return i
}

// Stop removes the live line. When it returns, nothing is shown any more.
func (i *Inventory) Stop() { i.shown.stop() }

// Waiting takes the job that is waited for. A log reports the first one at once, and no
// other.
func (i *Inventory) Waiting(w depot.Waiting) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = &w
	if !i.told && !i.ui.IsTerminal() {
		i.told = true
		i.ui.Say("firn: %s", waitingText(w, i.now(), 0))
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
		return waitingText(*i.waiting, i.now(), columns)
	case i.waiting != nil || i.read.Entries == 0:
		return ""
	case i.read.Finishing:
		return Entries(i.read.Entries) + " read; updating the catalog"
	case i.read.Size > 0:
		return fmt.Sprintf("%d%%, %s of %s, %s", 100*i.read.Bytes/i.read.Size,
			humane.Bytes(i.read.Bytes), humane.Bytes(i.read.Size), Entries(i.read.Entries))
	}
	return Entries(i.read.Entries)
}

func (i *Inventory) status() (any, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	o := total{size: -1}.status()
	o.State, o.BytesDone, o.EntriesDone = reading, i.read.Bytes, i.read.Entries
	if i.read.Size > 0 {
		size := i.read.Size // which changes meanwhile
		o.BytesTotal = &size
	}
	if i.waiting != nil {
		return o.waitingFor(*i.waiting), true
	}
	return o, i.read.Entries > 0
}

// Entries returns a number of entries in words.
func Entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
