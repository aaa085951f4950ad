package progress

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
)

// Backup shows how far a backup has come. With --quiet it shows nothing. Whoever starts it stops
// it.
type Backup struct {
	now   func() time.Time
	units humane.Units
	shown shown

	mu      sync.Mutex
	packing depot.Packing
	sending depot.Progress // of the pack that is sent
	sent    int64          // bytes of the packs before it
	speed   Speed
}

// StartBackup begins to show a backup until Stop is called.
func StartBackup(p *cli.Program) *Backup {
	b := &Backup{now: p.Now, units: p.UI.Units}
	b.shown = show(p, b.text, b.status)
	b.shown.stop = sync.OnceFunc(b.shown.stop)
	return b
}

// Stop removes the live lines. When it returns, nothing is shown any more. It may be called again.
func (b *Backup) Stop() { b.shown.stop() }

// Packing takes how far the directories are read and packed.
func (b *Backup) Packing(p depot.Packing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.Stored > b.packing.Stored {
		b.sent, b.sending = b.sent+movedOf(b.sending), depot.Progress{}
	}
	b.packing = p
}

// Sending takes how far a pack is sent.
func (b *Backup) Sending(p depot.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sending = p
}

// movedOf returns the bytes of a pack that were sent in this run.
func movedOf(p depot.Progress) int64 { return p.Done - p.Resumed + max(0, p.InFlight) }

// backupStatus is the progress of a backup on standard output with --json, once a second.
type backupStatus struct {
	MessageType    string     `json:"message_type"` // "status"
	State          state      `json:"state"`        // backing_up or retrying
	Until          *time.Time `json:"until"`
	Reason         string     `json:"reason"`
	Path           string     `json:"path"`       // of the last file that was compared
	FilesDone      int64      `json:"files_done"` // compared with the record
	BytesDone      int64      `json:"bytes_done"` // of the regular ones among them
	BytesRead      int64      `json:"bytes_read"` // of contents
	PacksMade      int        `json:"packs_made"`
	PacksStored    int        `json:"packs_stored"`
	BytesSent      int64      `json:"bytes_sent"`
	BytesPerSecond float64    `json:"bytes_per_second"` // that are sent
}

const backingUp state = "backing_up"

func (b *Backup) status() (any, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.packing
	o := backupStatus{
		MessageType: "status", State: backingUp, Path: p.Path, FilesDone: p.Files, BytesDone: p.Bytes, BytesRead: p.Read,
		PacksMade: p.Packs, PacksStored: p.Stored, BytesSent: b.sent + movedOf(b.sending), BytesPerSecond: b.rate(),
	}
	if b.sending.Waiting != nil {
		o.State, o.Reason, o.Until = retrying, b.sending.Waiting.Error(), &b.sending.Until
	}
	return o, true
}

// rate returns the bytes that are sent per second. The caller holds b.mu.
func (b *Backup) rate() float64 {
	b.speed.See(b.now(), b.sent+movedOf(b.sending))
	return b.speed.Rate()
}

func (b *Backup) text(columns int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.packing
	if p.Path == "" && b.sending.Size == 0 {
		return ""
	}
	waiting := view{Progress: b.sending, now: b.now(), units: b.units}.waiting(max(columns, len("waiting 00 s: ")))
	if columns == 0 {
		packs := fmt.Sprintf("%d of %s stored", p.Stored, humane.Count(p.Packs, "pack"))
		return term.Joined(", ", humanize.Comma(p.Files)+" files", b.units.Bytes(p.Bytes)+" compared", b.units.Bytes(p.Read)+" read",
			packs, b.speedText(), waiting)
	}
	second := waiting
	if second == "" {
		second = "  /" + term.ShowASCII(p.Path)
	}
	return b.line(columns) + "\n" + second
}

// line returns the numbers of a terminal. It leaves out the last ones if there is no room.
func (b *Backup) line(columns int) string {
	p := b.packing
	fields := []string{
		fmt.Sprintf("%11s files", humanize.Comma(p.Files)), b.units.WideBytes(p.Bytes), fmt.Sprintf("%d/%d packs stored", p.Stored, p.Packs),
	}
	if b.sending.Size > 0 {
		fields = append(fields, "sent "+b.units.WideBytes(b.sent+movedOf(b.sending)), liveRate(b.units, b.rate()))
	}
	for len(fields) > 1 && len(term.Joined("  ", fields...)) > columns {
		fields = fields[:len(fields)-1]
	}
	return strings.TrimRight(term.Joined("  ", fields...), " ")
}

func (b *Backup) speedText() string {
	if rate := b.rate(); rate >= 1 {
		return b.units.Rate(rate)
	}
	return ""
}
