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

// checkUnchanged refuses to complete an upload of a source that has changed since it was read.
// If only its bytes can show that, checkUnchanged reads them once more. If each byte is now
// equal to the byte that was sent, the archive is the file as it was at one moment between the
// two readings.
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
		return fmt.Errorf("%w: %s: its bytes changed, but not its size and modification time; nothing was completed",
			source.ErrSourceChanged, u.source)
	}
	if _, err := u.source.CheckUnchanged(); err != nil {
		return err
	}
	at.Source.Change, u.source.Identity.Change = now.Change, now.Change // later changes were not compared
	return nil
}

// longReading is the size in bytes from which reading a file again takes so long that a notice
// announces it.
const longReading = 1 << 30

// exactness returns the greatest granularity of a file's times: a tick of the kernel's clock
// or, if the times are in whole seconds as on FAT, two seconds. A file that was written so
// shortly before the upload can be written again without a change of its times.
func exactness(of time.Time) time.Duration {
	if of.Nanosecond() == 0 {
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// isDoubtful reports whether the source may have been written to although its size and
// modification time are the same. A notice says so.
func (u *upload) isDoubtful(now record.Source) bool {
	was := u.source.Identity
	if now.ModTime.IsZero() { // not a file
		return false
	}
	if !now.Change.Equal(was.Change) {
		u.Notice(fmt.Sprintf("the file's inode changed during the upload (%s); comparing its bytes with those sent",
			source.Stamp(now.Change)))
		return true
	}
	isFresh := u.isFresh(was)
	if isFresh && was.Size >= longReading {
		u.Notice(fmt.Sprintf("the file was written when the upload began; comparing its bytes, %s, with those sent",
			humane.Bytes(was.Size)))
	}
	return isFresh
}

// isFresh reports whether a file was written at the moment when this upload began, within the
// granularity of its times. Such a file may be written again without a change of its times.
func (u *upload) isFresh(file record.Source) bool {
	latest := file.ModTime
	if file.Change.After(latest) {
		latest = file.Change
	}
	return u.started.Sub(latest).Abs() < exactness(latest)
}

// recordable returns the source as it goes on record. Fresh times do not show a later run that
// the file is unchanged, so the change time of the inode is left out until the bytes were
// compared with those that were sent.
func (u *upload) recordable(file record.Source) record.Source {
	if u.isFresh(file) {
		file.Change = time.Time{}
	}
	return file
}
