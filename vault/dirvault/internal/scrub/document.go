package scrub

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Damage is something that a scrub found: a run of bytes of one archive that are not
// the stored ones, or, with Size 0, other damage of the archive.
type Damage struct {
	Vault   string          `json:"-"` // the name of its directory
	Archive vault.ArchiveID `json:"archive"`
	Offset  int64           `json:"offset"` // a multiple of a MiB, as is the end, except at the archive's end
	Size    int64           `json:"size"`
	// Somewhere: only some of these bytes are damaged, and which is not known.
	Somewhere bool   `json:"somewhere,omitempty"`
	Reason    string `json:"reason"` // at most 300 bytes
}

// FirstMiB and LastMiB are the numbers of the damaged MiB, counted from 0.
func (d Damage) FirstMiB() int64 { return d.Offset / treehash.LeafSize }

// LastMiB is the number of the last of the damaged MiB; see FirstMiB.
func (d Damage) LastMiB() int64 { return (d.Offset + max(1, d.Size) - 1) / treehash.LeafSize }

// String names the vault, the archive, its damaged bytes and MiB, and the reason.
func (d Damage) String() string {
	if d.Size == 0 {
		return fmt.Sprintf("vault %q: archive %q: %s", d.Vault, d.Archive, d.Reason)
	}
	e := vault.DamageError{Archive: d.Archive, Range: vault.Range{Offset: d.Offset, Size: d.Size}, Somewhere: d.Somewhere}
	mib := fmt.Sprintf("MiB %d-%d", d.FirstMiB(), d.LastMiB())
	if d.FirstMiB() == d.LastMiB() {
		mib = fmt.Sprintf("MiB %d", d.FirstMiB())
	}
	return fmt.Sprintf("vault %q: %s (%s, counted from 0): %s", d.Vault, e.Extent(), mib, d.Reason)
}

// joins reports whether d goes on where the damage before it ended.
func (d Damage) joins(before Damage) bool {
	return d.Archive == before.Archive && d.Reason == before.Reason && !d.Somewhere && !before.Somewhere &&
		before.Size > 0 && d.Offset == before.Offset+before.Size
}

func (d Damage) check() error {
	switch {
	case !layout.IsArchiveID(string(d.Archive)):
		return fmt.Errorf("%.300q is not an archive id", d.Archive)
	case d.Offset < 0 || d.Size < 0 || d.Offset > layout.MaxArchiveSize-d.Size:
		return fmt.Errorf("damage of %d bytes from byte %d", d.Size, d.Offset)
	case len(d.Reason) > maxReason:
		return fmt.Errorf("a reason of %d bytes", len(d.Reason))
	}
	return nil
}

// Limits of the damages in a document. A character of a reason has up to six bytes in JSON.
const (
	maxDamages  = 1000
	maxReason   = 300
	maxDocument = durable.MaxDocument + maxDamages*(6*maxReason+512)
)

// reasonOf is the text of an error, fit for a Damage.
func reasonOf(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

// Document is scrub.json: the scrub that is under way, or the last one.
type Document struct {
	Version  int       `json:"version"`
	Ended    time.Time `json:"ended,omitzero"` // when the last whole scrub did
	Begun    time.Time `json:"begun"`
	UnderWay bool      `json:"under_way"`
	Asked    bool      `json:"asked"` // it was begun with Options.Anew

	// Of a scrub under way: all archives up to After were compared, and of In the
	// first Offset bytes.
	After  vault.ArchiveID `json:"after,omitempty"`
	In     vault.ArchiveID `json:"in,omitempty"`
	Offset int64           `json:"offset,omitempty"`

	Archives int64    `json:"archives"` // compared
	Bytes    int64    `json:"bytes"`    // of them
	Mended   int64    `json:"mended"`   // archives whose leaves were made anew
	Damages  []Damage `json:"damages"`  // the first maxDamages
	LeftOut  int64    `json:"left_out"` // how many there were besides
}

// Check refuses a document that makes no sense.
func (s *Document) Check() error {
	for _, id := range []vault.ArchiveID{s.After, s.In} {
		if id != "" && !layout.IsArchiveID(string(id)) {
			return fmt.Errorf("%.300q is not an archive id", id)
		}
	}
	switch {
	case s.Begun.IsZero():
		return errors.New("it does not say when it was begun")
	case s.Offset < 0 || s.Archives < 0 || s.Bytes < 0 || s.Mended < 0 || s.LeftOut < 0:
		return errors.New("a negative number")
	case s.Offset%treehash.LeafSize != 0:
		return fmt.Errorf("it stands at byte %d, in the middle of a MiB", s.Offset)
	case len(s.Damages) > maxDamages:
		return fmt.Errorf("%d damages", len(s.Damages))
	}
	for _, d := range s.Damages {
		if err := d.check(); err != nil {
			return err
		}
	}
	return errors.Join(durable.CheckVersion(s.Version), layout.CheckTime(s.Begun), layout.CheckTime(s.Ended))
}

// Due reports whether it is time to go on, or to begin again. A scrub that ended in
// the future did so by a wrong clock, so the real date is not known.
func (s *Document) Due(now time.Time, every time.Duration) bool {
	return s.UnderWay || now.Sub(s.Ended) >= every || s.Ended.After(now)
}

// add adds damage, or extends the last one by it, and returns the entry.
func (s *Document) add(d Damage, last *Damage) *Damage {
	if last != nil && d.joins(*last) {
		last.Size += d.Size
		return last
	}
	if len(s.Damages) == maxDamages {
		s.LeftOut++
		return &d
	}
	s.Damages = append(s.Damages, d)
	return &s.Damages[len(s.Damages)-1]
}

// takeBack forgets the damage that was added last.
func (s *Document) takeBack() {
	if s.LeftOut > 0 {
		s.LeftOut--
		return
	}
	s.Damages = s.Damages[:len(s.Damages)-1]
}

// MaxSize is the size in bytes of the longest document.
func (s *Document) MaxSize() int { return maxDocument }
