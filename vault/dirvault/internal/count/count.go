// Package count knows how many archives a vault has and how many bytes they have, and keeps
// that on record while archives come and go.
package count

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Tally is the number of archives and the sum of the sizes of their files in bytes.
type Tally struct {
	Archives int64 `json:"archives"`
	Bytes    int64 `json:"bytes"`
}

// Overhead is added to the size of every archive in the size of a vault, as the service
// does: 32 KiB for index and metadata (Amazon Glacier developer guide, "Pricing").
const Overhead = 32 << 10

// noArchive is the size of an archive that is not there.
const noArchive = -1

// add counts, n times, an archive of size bytes, or one that is not there.
func (t *Tally) add(size, n int64) {
	if size != noArchive {
		t.Archives += n
		t.Bytes += n * size
	}
}

// WithOverhead is the size of the vault in bytes as the service gives it, with Overhead for
// each archive.
func (t Tally) WithOverhead() int64 { return t.Bytes + t.Archives*Overhead }

// Count keeps the tally of the archives as they come and go, so that nobody has to read
// the directory for it. Its record has two files. The file count.json has the tally at some
// moment. A journal names each archive that came or went since. The line of a change is
// durable before the change begins, and the archive's file then shows whether it happened.
// So a kill or a power loss at any moment leaves a record that is right.
//
// Another program that adds or removes files in the archives' directory changes the
// directory's modification time. A record with another time is wrong, and is made anew.
type Count struct {
	dir *os.Root

	mu       sync.Mutex
	unkept   bool // no record is written
	known    bool // tally is right, except for the archives in changing
	tally    Tally
	touched  time.Time // of the archives' directory when nothing was changing last
	changing map[vault.ArchiveID]*change
	begun    uint64

	record   countDocument // the document in count.json; zero if there is none that is right
	journal  *os.File      // of the changes since; nil if there are none
	lines    int           // in it
	size     int64         // of its whole lines
	gone     bool          // it is durable that there is no count.json
	doomed   bool          // the record must be dropped before another archive changes
	written  uint64        // lines that were written since the vault was opened
	flushed  uint64        // of them, those that are durable, or no longer matter
	flushing sync.Mutex    // held before mu by whoever flushes the journal
}

// change is the coming or going of an archive that has begun and not ended.
type change struct {
	before int64 // the archive's size, or noArchive
	users  int
}

// New returns a count of the archives of the vault in dir, whose tally is not known.
func New(dir *os.Root) *Count {
	return &Count{dir: dir, changing: make(map[vault.ArchiveID]*change)}
}

// maxChanges is how many lines a journal has before the tally is written down anew, as
// soon as nothing is changing.
const maxChanges = 10_000

// Begin records, durably, that an archive may come or go. Unless there was an error, the
// caller calls End after the change, or after it has failed.
func (c *Count) Begin(id vault.ArchiveID) error {
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
func (c *Count) enter(id vault.ArchiveID) (line uint64, err error) {
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

// errDoomed is the error of a change that a record which is left would not have.
var errDoomed = errors.New("the record of their number can neither be written nor removed")

// leave ends a use of an archive and reports whether it was the last one. The caller
// holds mu.
func (c *Count) leave(id vault.ArchiveID) (before int64, last bool) {
	under := c.changing[id]
	if under.users--; under.users > 0 {
		return 0, false
	}
	delete(c.changing, id)
	return under.before, true
}

// End counts the archive as it is after a change.
func (c *Count) End(id vault.ArchiveID) {
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
		if c.touched, err = c.Modified(); err != nil {
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
func (c *Count) compare() error {
	if !c.known || len(c.changing) > 0 {
		return nil
	}
	touched, err := c.Modified()
	if err != nil {
		return err
	}
	if touched.Equal(c.touched) {
		return nil
	}
	c.known = false
	return c.drop()
}

// Get returns the tally, if it is known.
func (c *Count) Get() (t Tally, known bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err = c.compare(); !c.known {
		err = nil // they are counted anew, whatever becomes of the record
	}
	return c.tally, c.known, err
}

// Recount is a tally that is being made by reading the directory.
type Recount struct {
	Tally

	begun   uint64
	quiet   bool // no archive was changing when it began
	touched time.Time
}

// BeginRecount begins to make the tally anew. The caller sets the Tally of r (see Walk) and
// calls EndRecount.
func (c *Count) BeginRecount() (r Recount, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r = Recount{begun: c.begun, quiet: len(c.changing) == 0}
	r.touched, err = c.Modified()
	return r, err
}

// Touched is the modification time of the archives' directory when the recount began.
func (r *Recount) Touched() time.Time { return r.touched }

// EndRecount replaces the tally by that of r, unless an archive came or went since r began.
func (c *Count) EndRecount(r Recount) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	touched, err := c.Modified()
	if err != nil {
		return err
	}
	if r.quiet && r.begun == c.begun && r.touched.Equal(touched) {
		c.known, c.tally, c.touched = true, r.Tally, touched
		c.keep()
	}
	return nil
}

// Close writes the tally to the record, if it is known and the record is out of date.
func (c *Count) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known && len(c.changing) == 0 && (c.journal != nil || c.record.isZero()) && c.compare() == nil && c.known {
		c.keep()
	}
	c.closeJournal()
}

// StartFrom is Start with a tally that was made while the vault was being opened.
func (c *Count) StartFrom(t Tally, tidy bool) {
	c.mu.Lock()
	c.tally, c.known = t, true
	c.mu.Unlock()
	c.Start(tidy)
}

// Start begins to count while the vault is being opened. Files that should be removed from
// the archives' directory but stay there make tidy false: then no record is left, so that
// they are looked for when the vault is opened the next time.
func (c *Count) Start(tidy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	c.touched, err = c.Modified()
	c.known = c.known && err == nil
	if !c.known || !tidy {
		_ = c.drop()
		c.unkept = !tidy
		return
	}
	c.keep()
}

// Abandon ends the use of the record and leaves it as it is.
func (c *Count) Abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeJournal()
}

// Forgo drops the record, because a file in the archives' directory should be removed and
// cannot be. Without a record it is looked for when the vault is opened the next time.
func (c *Count) Forgo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.drop()
	c.unkept = true
}

// WithoutRecord makes the count keep no record, in a vault that can only be read.
func (c *Count) WithoutRecord() { c.unkept = true }

// Walk reads the names of all archives, and the sizes of their files, for a tally. It calls
// other with the names of the other files in the archives' directory.
func (c *Count) Walk(ctx context.Context, other func(name string)) (t Tally, err error) {
	dir, err := c.dir.OpenRoot(layout.ArchivesDir) // which makes looking at a name cheap
	if c.unkept && errors.Is(err, fs.ErrNotExist) {
		return Tally{}, nil
	}
	if err != nil {
		return Tally{}, err
	}
	defer dir.Close()
	err = durable.EachEntry(dir, ".", func(name string) (bool, error) {
		if !layout.IsArchiveID(name) {
			other(name)
			return true, cancel.Err(ctx)
		}
		info, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil // deleted meanwhile
		}
		if err != nil {
			return false, err
		}
		t.add(info.Size(), 1)
		return true, cancel.Err(ctx)
	})
	return t, err
}

// sizeOf returns the size of an archive's file, or noArchive.
func (c *Count) sizeOf(id vault.ArchiveID) (int64, error) {
	info, err := c.dir.Lstat(layout.ArchiveData(id))
	if errors.Is(err, fs.ErrNotExist) {
		return noArchive, nil
	}
	if err != nil {
		return noArchive, err
	}
	return info.Size(), nil
}

// Modified returns when a name in the archives' directory last came or went, whoever
// did it.
func (c *Count) Modified() (time.Time, error) {
	info, err := c.dir.Stat(layout.ArchivesDir)
	if c.unkept && errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil // in a copy that can only be read, which lacks an empty directory
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime().UTC(), nil
}
