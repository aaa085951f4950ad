package main

import (
	"fmt"
	"sync"
	"time"

	"firn/depot"
	"firn/internal/humane"
)

// inventoryView shows how an inventory is waited for and read.
type inventoryView struct {
	ui  *ui
	now func() time.Time

	mu    sync.Mutex
	waits *depot.Waiting // nil once there is something to read
	told  bool           // that it is waited for, where no live line tells it
	read  depot.Reading
}

// showInventory begins to show an inventory, until stop is called.
func (p *program) showInventory() (v *inventoryView, stop func()) {
	v = &inventoryView{ui: p.ui, now: p.now}
	if p.quiet {
		v.told = true
		return v, func() {}
	}
	return v, startChanging(p.ui, v.text).stop
}

// waiting takes what is waited for. A log is told at once, and once.
func (v *inventoryView) waiting(w depot.Waiting) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waits = &w
	if !v.told && !v.ui.isTerminal() {
		v.told = true
		v.ui.say("firn: %s", waitingText(w, v.now()))
	}
}

// reading takes how far the reading has come.
func (v *inventoryView) reading(p depot.Reading) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waits, v.read = nil, p
}

func (v *inventoryView) text() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.waits != nil && v.ui.isTerminal():
		return waitingText(*v.waits, v.now())
	case v.waits != nil || v.read.Entries == 0:
		return ""
	case v.read.Finishing:
		return entries(v.read.Entries) + " filed; working out what they mean"
	case v.read.Size > 0:
		return fmt.Sprintf("%d%%, %s of %s, %s", 100*v.read.Bytes/v.read.Size,
			humane.Bytes(v.read.Bytes), humane.Bytes(v.read.Size), entries(v.read.Entries))
	}
	return entries(v.read.Entries)
}
