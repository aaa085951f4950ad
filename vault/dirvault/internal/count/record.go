package count

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// countDocument is count.json.
type countDocument struct {
	Version int `json:"version"`
	Tally
	// Touched is the modification time of the archives' directory then.
	Touched time.Time `json:"touched"`
	// Changes ends the name of the journal of changes since. Without such a file there were
	// none.
	Changes string `json:"changes"`
}

const (
	countFile   = "count.json"
	changesFile = "changes-" // begins the name of a journal
)

// Check refuses a document that Count does not write.
func (d *countDocument) Check() error {
	switch {
	case d.Archives < 0 || d.Bytes < 0:
		return errors.New("a negative count")
	case !isJournal(d.journal()):
		return fmt.Errorf("%.100q names no journal", d.Changes)
	}
	return errors.Join(durable.CheckVersion(d.Version), layout.CheckTime(d.Touched))
}

// isJournal reports whether a file has the name of a journal. The random end of the name has
// the form of rand.Text.
func isJournal(name string) bool {
	end, begins := strings.CutPrefix(name, changesFile)
	return begins && len(end) == len(rand.Text()) && strings.Trim(end, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// IsOldJournal reports whether a file in the vault's directory is a journal that does not
// belong to the record and can be removed.
func (c *Count) IsOldJournal(name string) bool { return isJournal(name) && name != c.record.journal() }

func (d *countDocument) isZero() bool { return d.Version == 0 }

func (d *countDocument) journal() string { return changesFile + d.Changes }

// changeLine is a line of the journal. It has an archive that may come or go and its size
// before that, or the directory's modification time after all changes in the lines above.
type changeLine struct {
	ID      vault.ArchiveID `json:"id,omitempty"`
	Size    int64           `json:"size"`
	Touched time.Time       `json:"touched,omitzero"`
}

func (l *changeLine) check() error {
	if l.Touched.IsZero() == (l.ID == "") || l.ID != "" && !layout.IsArchiveID(string(l.ID)) || l.Size < noArchive {
		return errors.New("an invalid line")
	}
	return layout.CheckTime(l.Touched)
}

// keep writes the tally as the record, with an empty journal. No archive may be changing,
// because the new journal would lack its line. If that fails, the record is dropped and
// keep is tried again at the next change; see drop. The caller holds mu.
func (c *Count) keep() {
	if c.doomed && c.drop() != nil {
		return
	}
	if err := c.tryToKeep(); err != nil {
		_ = c.drop() // else it is doomed
	}
}

func (c *Count) tryToKeep() error {
	if c.unkept {
		return nil
	}
	next := countDocument{Version: durable.FormatVersion, Tally: c.tally, Touched: c.touched, Changes: rand.Text()}
	old := c.record
	c.closeJournal()
	c.record = next
	c.gone = false
	if err := durable.WriteDocument(c.dir, countFile, &next); err != nil {
		return err
	}
	c.flushed = c.written
	if !old.isZero() {
		return durable.RemoveIfThere(c.dir, old.journal())
	}
	return nil
}

// drop makes sure that no record will be believed. It needs no room on the disk. Until it
// succeeds no archive can change, and the journal stays as it is: the record that is left
// may be believed, and is right together with the journal. The caller holds mu.
func (c *Count) drop() error {
	c.closeJournal()
	if (!c.unkept || c.doomed) && !c.gone {
		c.doomed = true
		if err := c.removeRecord(); err != nil {
			return err
		}
		c.gone = true
	}
	c.record, c.doomed, c.flushed = countDocument{}, false, c.written
	return nil
}

func (c *Count) removeRecord() error {
	if err := durable.RemoveIfThere(c.dir, countFile); err != nil && c.mayBeBelieved() {
		return err
	}
	if err := durable.SyncDir(c.dir, "."); err != nil {
		return err
	}
	if !c.record.isZero() {
		_ = durable.RemoveIfThere(c.dir, c.record.journal()) // it is removed when the vault is opened, else
	}
	return nil
}

// mayBeBelieved reports whether a record may be there that a later Load believes. One that
// cannot be read now may be readable later.
func (c *Count) mayBeBelieved() bool {
	if info, err := c.dir.Lstat(countFile); err == nil && info.IsDir() {
		return false
	}
	err := durable.ReadDocument(c.dir, countFile, &countDocument{})
	if _, unread := errors.AsType[*fs.PathError](err); unread {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return !errors.Is(err, durable.ErrDamaged)
}

func (c *Count) closeJournal() {
	if c.journal != nil {
		_ = c.journal.Close() // the lines that matter were flushed
	}
	c.journal, c.lines, c.size = nil, 0, 0
}

// append adds a line to the journal, which it makes for the first one. The caller holds
// mu.
func (c *Count) append(l changeLine) error {
	line, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if c.journal == nil {
		f, err := c.dir.OpenFile(c.record.journal(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if err := durable.SyncDir(c.dir, "."); err != nil {
			return errors.Join(err, f.Close()) // a line in a file whose name may be lost is not durable
		}
		c.journal = f
	}
	n, err := c.journal.WriteAt(append(line, '\n'), c.size)
	if err != nil {
		return err
	}
	c.size += int64(n)
	c.lines++
	c.written++
	return nil
}

// flush makes the lines up to one durable. Callers that wait at the same time share a flush.
func (c *Count) flush(line uint64) error {
	if line == 0 {
		return nil
	}
	c.flushing.Lock()
	defer c.flushing.Unlock()
	c.mu.Lock()
	journal, upTo, done := c.journal, c.written, c.flushed >= line
	c.mu.Unlock()
	if done {
		return nil
	}
	if journal == nil {
		return errDoomed // another caller could neither write nor drop the record meanwhile
	}
	err := durable.SyncFile(journal)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.flushed >= line: // the record was written anew meanwhile
		return nil
	case err == nil:
		c.flushed = upTo
	}
	return err
}

// Load reads the record and reports whether the tally is known now: it stays unknown if
// there is no record that is right. Load returns the archives that came or went since the
// record was written. A kill may have left files of these.
func (c *Count) Load() (changed []vault.ArchiveID, known bool, err error) {
	changed, err = c.load()
	return changed, c.known, err
}

func (c *Count) load() (changed []vault.ArchiveID, err error) {
	var d countDocument
	if err := durable.ReadDocument(c.dir, countFile, &d); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	lines, err := readChanges(c.dir, d.journal())
	if err != nil {
		return nil, err
	}
	touched, err := c.Modified()
	if err != nil {
		return nil, err
	}
	last, exact := d.Touched, true
	t := d.Tally
	seen := make(map[vault.ArchiveID]bool)
	for _, l := range lines {
		if exact = !l.Touched.IsZero(); exact {
			last = l.Touched
			continue
		}
		if seen[l.ID] {
			continue // counted as it was before the first of its changes
		}
		seen[l.ID] = true
		changed = append(changed, l.ID)
		after, err := c.sizeOf(l.ID)
		if err != nil {
			return nil, err
		}
		t.add(l.Size, -1)
		t.add(after, 1)
	}
	if exact && !last.Equal(touched) || t.Archives < 0 || t.Bytes < 0 {
		return nil, nil
	}
	c.known, c.tally, c.touched, c.record = true, t, touched, d
	return changed, nil
}

// readChanges reads a journal, if there is one. A last line that makes no sense is torn: it
// was never flushed, so its change did not begin.
func readChanges(dir *os.Root, name string) (lines []changeLine, err error) {
	f, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReader(f)
	for {
		text, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		var l changeLine
		if err := errors.Join(json.Unmarshal(text, &l), l.check()); err != nil {
			if _, end := b.Peek(1); errors.Is(end, io.EOF) {
				return lines, nil
			}
			return nil, fmt.Errorf("%s: %w in line %d: %w", name, durable.ErrDamaged, len(lines)+1, err)
		}
		lines = append(lines, l)
	}
}
