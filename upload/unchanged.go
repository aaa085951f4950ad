package upload

import (
	"context"
	"fmt"
	"time"

	"firn/internal/humane"
	"firn/record"
	"firn/source"
	"firn/treehash"
)

// checkUnchanged refuses a source that is not what was read, before it is completed.
// Where only a look at its bytes can tell, they are read once more: that each of them
// is now what it was when it was sent proves that what was sent is the file as it was
// at one moment, between both.
func (u *upload) checkUnchanged(ctx context.Context, at *attempt, sent treehash.Hash) error {
	now, err := u.source.CheckUnchanged()
	if err != nil || !u.isDoubtful(now) {
		return err
	}
	hash, err := u.hash(ctx, 0, now.Size)
	if err != nil {
		return err
	}
	if hash != sent {
		return fmt.Errorf("%w: %s: its bytes are others now, though its size and its modification time are the same; nothing was completed",
			source.ErrSourceChanged, u.source)
	}
	if _, err := u.source.CheckUnchanged(); err != nil {
		return err
	}
	at.Source.Change, u.source.Identity.Change = now.Change, now.Change // what comes after it was not compared
	return nil
}

// longReading is from how many bytes on reading a file again takes so long that it is
// told.
const longReading = 1 << 30

// exactness is how exact the times of a file are, at the worst: a tick of the kernel's
// clock, or where they are whole seconds, as on FAT, two of these. A file that was
// written so shortly before the upload can be written again at the same time.
func exactness(of time.Time) time.Duration {
	if of.Nanosecond() == 0 {
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// isDoubtful reports whether the source may have been written to though its size and
// modification time are what they were, and tells the user.
func (u *upload) isDoubtful(now record.Source) bool {
	was := u.source.Identity
	if now.ModTime.IsZero() { // no file
		return false
	}
	if !now.Change.Equal(was.Change) {
		u.Notice(fmt.Sprintf("the inode of the file was changed while it was uploaded (%s); comparing its bytes with what was sent",
			source.Stamp(now.Change)))
		return true
	}
	isFresh := u.isFresh(was)
	if isFresh && was.Size >= longReading {
		u.Notice(fmt.Sprintf("the file was written at the moment when the upload began; comparing its bytes, %s, with what was sent",
			humane.Bytes(was.Size)))
	}
	return isFresh
}

// isFresh reports whether a file was written to at the moment when this upload began, as
// far as its times can tell: it may then be written to again without a change of them.
func (u *upload) isFresh(file record.Source) bool {
	latest := file.ModTime
	if file.Change.After(latest) {
		latest = file.Change
	}
	return u.begin.Sub(latest).Abs() < exactness(latest)
}

// provable is how a source is put on record: times that were fresh when they were taken
// prove nothing to a later run, so that of the inode is left out until the bytes were
// compared with what was sent.
func (u *upload) provable(file record.Source) record.Source {
	if u.isFresh(file) {
		file.Change = time.Time{}
	}
	return file
}
