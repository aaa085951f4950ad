package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
)

// tally is how many archives there are, and how many bytes their files have.
type tally struct {
	Archives int64 `json:"archives"`
	Bytes    int64 `json:"bytes"`
}

// noArchive is the size of an archive that is not there.
const noArchive = -1

// add counts, n times, an archive of size bytes, or one that is not there.
func (t *tally) add(size, n int64) {
	if size != noArchive {
		t.Archives += n
		t.Bytes += n * size
	}
}

// withOverhead is the size of the vault as the service tells it.
func (t tally) withOverhead() int64 { return t.Bytes + t.Archives*archiveOverhead }

// count keeps the tally of the archives as they come and go, so that nobody has to read
// the directory for it. It is on record, in two files: count.json has the tally at some
// moment, and a journal names each archive that came or went since, durably before it
// did. Whether it is there then shows whether it did, so a kill or a power loss at any
// moment leaves a record that is right.
//
// Whoever else puts files into the archives' directory, or takes them away, changes its
// modification time. A record that does not fit that is wrong, and is made anew.
type count struct {
	dir *os.Root

	mu       sync.Mutex
	unkept   bool // there is to be no record
	known    bool // tally is right, but for what is in changing
	tally    tally
	touched  time.Time // of the archives' directory when nothing was changing last
	changing map[vault.ArchiveID]*change
	begun    uint64

	record   countDocument // what count.json says; zero if there is none, or none that is right
	journal  *os.File      // of the changes since; nil if there are none
	lines    int           // in it
	size     int64         // of its whole lines
	gone     bool          // there is no count.json, for good
	doomed   bool          // the record is to be dropped before anything else changes
	written  uint64        // lines that were ever written
	flushed  uint64        // of them, those that are durable, or no longer matter
	flushing sync.Mutex    // held before mu by whoever flushes the journal
}

// change is something that is being done to an archive's files.
type change struct {
	before int64 // the archive's size, or noArchive
	users  int
}

func newCount(dir *os.Root) *count {
	return &count{dir: dir, changing: make(map[vault.ArchiveID]*change)}
}

// maxChanges is how many lines a journal has before the tally is written down anew, as
// soon as nothing is changing.
const maxChanges = 10_000

// begin records, durably, that an archive may come or go. The caller calls end when it
// has or has not, unless there was an error.
func (c *count) begin(id vault.ArchiveID) error {
	line, err := c.enter(id)
	if err != nil {
		return fmt.Errorf("count archives: %w", err)
	}
	if err := c.flush(line); err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.drop(); err != nil {
			c.leave(id)
			return fmt.Errorf("count archives: %w", err)
		}
	}
	return nil
}

// enter writes the line of a change and returns its number; 0 if there is no record.
func (c *count) enter(id vault.ArchiveID) (line uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if under := c.changing[id]; under != nil {
		under.users++
		return c.written, nil
	}
	if c.doomed {
		if err := c.drop(); err != nil {
			return 0, err
		}
	}
	if err := c.compare(); err != nil {
		return 0, err
	}
	before, err := c.sizeOf(id)
	if err != nil {
		return 0, err
	}
	if c.known && c.record.isZero() && len(c.changing) == 0 {
		c.keep()
		if c.doomed {
			return 0, errDoomed
		}
	}
	c.begun++
	c.changing[id] = &change{before: before, users: 1}
	if c.record.isZero() {
		return 0, nil
	}
	if err := c.append(changeLine{ID: id, Size: before}); err != nil {
		if err := c.drop(); err != nil {
			c.leave(id)
			return 0, err
		}
		return 0, nil
	}
	return c.written, nil
}

// errDoomed: a record is left that tells nothing of what would change now.
var errDoomed = errors.New("the record of how many there are can neither be written nor removed")

// leave ends a use of an archive and reports whether it was the last one. The caller
// holds mu.
func (c *count) leave(id vault.ArchiveID) (before int64, last bool) {
	under := c.changing[id]
	if under.users--; under.users > 0 {
		return 0, false
	}
	delete(c.changing, id)
	return under.before, true
}

// end counts what a change has come to.
func (c *count) end(id vault.ArchiveID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, last := c.leave(id)
	if !last {
		return
	}
	after, err := c.sizeOf(id)
	c.tally.add(before, -1)
	c.tally.add(after, 1)
	if err != nil || c.tally.Archives < 0 || c.tally.Bytes < 0 {
		c.known = false
	}
	if len(c.changing) == 0 {
		if c.touched, err = c.modified(); err != nil {
			c.known = false
		}
	}
	switch {
	case !c.known:
		_ = c.drop() // else it is doomed
	case c.doomed, c.record.isZero():
	case len(c.changing) > 0:
	case c.lines >= maxChanges:
		c.keep()
	default:
		// Not flushed: without this line it is not known whether others came meanwhile.
		_ = c.append(changeLine{Touched: c.touched, Size: noArchive})
	}
}

// compare forgets the tally if somebody else has changed the archives' directory. The
// caller holds mu.
func (c *count) compare() error {
	if !c.known || len(c.changing) > 0 {
		return nil
	}
	touched, err := c.modified()
	if err != nil {
		return err
	}
	if touched.Equal(c.touched) {
		return nil
	}
	c.known = false
	return c.drop()
}

// get returns the tally, unless it is not known.
func (c *count) get() (t tally, known bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err = c.compare(); !c.known {
		err = nil // they are counted anew, whatever becomes of the record
	}
	return c.tally, c.known, err
}

// recount is the tally that somebody is making anew.
type recount struct {
	tally

	begun   uint64
	quiet   bool
	touched time.Time
}

func (c *count) beginRecount() (r recount, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r = recount{begun: c.begun, quiet: len(c.changing) == 0}
	r.touched, err = c.modified()
	return r, err
}

// endRecount takes a tally over, unless something changed while it was made.
func (c *count) endRecount(r recount) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	touched, err := c.modified()
	if err != nil {
		return err
	}
	if r.quiet && r.begun == c.begun && r.touched.Equal(touched) {
		c.known, c.tally, c.touched = true, r.tally, touched
		c.keep()
	}
	return nil
}

// close writes the tally down, if it is known and its record is out of date.
func (c *count) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known && len(c.changing) == 0 && (c.journal != nil || c.record.isZero()) && c.compare() == nil && c.known {
		c.keep()
	}
	c.closeJournal()
}

// start begins to count from a tally that was made while nobody was in the vault. If
// something stays in the archives' directory that was to be removed, no record is left, so
// that it is found when the vault is opened the next time.
func (c *count) start(known, tidy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	c.touched, err = c.modified()
	c.known = known && err == nil
	if !c.known || !tidy {
		_ = c.drop()
		c.unkept = !tidy
		return
	}
	c.keep()
}

// abandon leaves the record as it is.
func (c *count) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeJournal()
}

// forgo leaves no record: something is left over in the archives' directory that could
// not be removed, and is to be found when the vault is opened the next time.
func (c *count) forgo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.drop()
	c.unkept = true
}

// sizeOf returns the size of an archive's file, or noArchive.
func (c *count) sizeOf(id vault.ArchiveID) (int64, error) {
	info, err := c.dir.Lstat(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return noArchive, nil
	}
	if err != nil {
		return noArchive, err
	}
	return info.Size(), nil
}

// modified returns when a name in the archives' directory last came or went, whoever
// did it.
func (c *count) modified() (time.Time, error) {
	info, err := c.dir.Stat(layout.ArchivesDir)
	if c.unkept && errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil // a copy that can only be read: what was empty was left out
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime().UTC(), nil
}
