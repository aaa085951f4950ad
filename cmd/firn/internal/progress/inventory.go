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

// inventoryView shows how an inventory is waited for and read.
type inventoryView struct {
	ui  *term.UI
	now func() time.Time

	mu    sync.Mutex
	waits *depot.Waiting // nil once there is something to read
	told  bool           // that it is waited for, where no live line tells it
	read  depot.Reading
}

// ShowInventory begins to show an inventory, until stop is called.
func ShowInventory(p *cli.Program) (v *inventoryView, stop func()) {
	v = &inventoryView{ui: p.UI, now: p.Now}
	if p.Quiet {
		v.told = true
		return v, func() {}
	}
	return v, term.StartChanging(p.UI, v.text).Stop
}

// Waiting takes what is waited for. A log is told at once, and once.
func (v *inventoryView) Waiting(w depot.Waiting) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waits = &w
	if !v.told && !v.ui.IsTerminal() {
		v.told = true
		v.ui.Say("firn: %s", waitingText(w, v.now()))
	}
}

// Reading takes how far the reading has come.
func (v *inventoryView) Reading(p depot.Reading) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waits, v.read = nil, p
}

func (v *inventoryView) text() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.waits != nil && v.ui.IsTerminal():
		return waitingText(*v.waits, v.now())
	case v.waits != nil || v.read.Entries == 0:
		return ""
	case v.read.Finishing:
		return term.Entries(v.read.Entries) + " filed; working out what they mean"
	case v.read.Size > 0:
		return fmt.Sprintf("%d%%, %s of %s, %s", 100*v.read.Bytes/v.read.Size,
			humane.Bytes(v.read.Bytes), humane.Bytes(v.read.Size), term.Entries(v.read.Entries))
	}
	return term.Entries(v.read.Entries)
}
