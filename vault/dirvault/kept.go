package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// The output of a job for an archive is the archive's own file, and at the service it
// stays readable for its time when the archive is deleted. So the bytes of a deleted
// archive, and its leaves, move to outputs while a finished job still gives them, and
// are removed when the output of the last such job has expired.

// outputSpan is when the output of a job can be read.
type outputSpan struct{ from, until time.Time }

// outputs knows which archives jobs give, and when, in a vault from which archives are
// deleted. Jobs whose output never expires are left out: they end with their archive.
type outputs struct {
	mu     sync.Mutex
	loaded bool
	// broken is why it is not known what some job gives: then all that is kept stays. It is
	// looked for anew when the vault is opened.
	broken error
	spans  map[vault.ArchiveID][]outputSpan
	prune  int       // how many archives there may be before those are forgotten that no job gives
	next   time.Time // when something that is kept may be removed; zero: never
}

// note adds a job, which is there already.
func (o *outputs) note(d *jobDocument, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.loaded { // else it is read with the others
		o.add(d, now)
	}
}

func (o *outputs) add(d *jobDocument, now time.Time) {
	if d.Kind != vault.RetrieveArchive || d.Expires.IsZero() || d.expired(now) {
		return
	}
	if len(o.spans) >= o.prune {
		for id, spans := range o.spans {
			if lastOf(spans, now).IsZero() {
				delete(o.spans, id)
			}
		}
		o.prune = max(1024, 2*len(o.spans))
	}
	o.spans[d.Archive] = append(o.spans[d.Archive], outputSpan{d.Completed, d.Expires})
}

// lastOf returns when the last of some outputs expires; zero if all have.
func lastOf(spans []outputSpan, now time.Time) (last time.Time) {
	for _, s := range spans {
		if now.Before(s.until) && s.until.After(last) {
			last = s.until
		}
	}
	return last
}

// spansOf returns when jobs give an archive.
func (v *Vault) spansOf(id vault.ArchiveID) ([]outputSpan, error) {
	o := &v.outputs
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.loaded {
		o.spans = make(map[vault.ArchiveID][]outputSpan)
		broken, err := v.eachJobDocument(func(d *jobDocument) { o.add(d, v.options.Now()) })
		if err != nil {
			return nil, err
		}
		o.loaded, o.broken = true, broken
	}
	return slices.Clone(o.spans[id]), nil
}

// eachJobDocument calls visit with every job. It goes on after those that are damaged, and
// returns the error about one.
func (v *Vault) eachJobDocument(visit func(*jobDocument)) (broken, err error) {
	err = v.eachJobFile(func(name string) (bool, error) {
		id, isJob := strings.CutSuffix(name, ".json")
		if !isJob {
			return true, nil
		}
		d, err := v.job(vault.JobID(id))
		switch {
		case err == nil:
			visit(&d)
		case errors.Is(err, durable.ErrDamaged):
			broken = err
		case !errors.Is(err, vault.ErrNotFound):
			return false, err
		}
		return true, nil
	})
	return broken, err
}

// unsure returns why it is not known what some job gives, if it is not.
func (o *outputs) unsure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.broken
}

// takeBytes takes the bytes of an archive out of the vault, which deletes it. They are
// kept if a job that has ended gives them.
func (v *Vault) takeBytes(id vault.ArchiveID) error {
	spans, err := v.spansOf(id)
	if err != nil {
		return err
	}
	now := v.options.Now()
	ended := func(s outputSpan) bool { return !now.Before(s.from) && now.Before(s.until) }
	if !slices.ContainsFunc(spans, ended) {
		return durable.RemoveIfThere(v.dir, layout.ArchiveData(id))
	}
	return v.moveKept(id, lastOf(spans, now))
}

// moveKept moves the bytes of an archive, and its leaves, to where only jobs find them.
func (v *Vault) moveKept(id vault.ArchiveID, until time.Time) error {
	if err := v.dir.MkdirAll(layout.OutputsDir, 0o700); err != nil {
		return err
	}
	if err := v.dir.Rename(layout.ArchiveData(id), layout.KeptData(id)); err != nil {
		return err
	}
	if err := v.dir.Rename(layout.ArchiveLeaves(id), layout.KeptLeaves(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	v.outputs.expect(until)
	return errors.Join(durable.SyncDir(v.dir, layout.OutputsDir), durable.SyncDir(v.dir, "."))
}

// expect notes that something that is kept may be removed at a time.
func (o *outputs) expect(at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.next.IsZero() || at.Before(o.next) {
		o.next = at
	}
}

// sweepKept removes what is no longer needed of deleted archives, if it is time for
// that. What cannot be removed keeps nobody from anything, and is met again.
func (v *Vault) sweepKept() {
	o := &v.outputs
	o.mu.Lock()
	due := !o.next.IsZero() && !v.options.Now().Before(o.next)
	if due {
		o.next = time.Time{}
	}
	o.mu.Unlock()
	if !due {
		return
	}
	if err := v.removeUnneeded(); err != nil {
		v.leftOver(fmt.Errorf("remove outputs of archives that are deleted: %w", err))
		o.expect(v.options.Now().Add(time.Hour))
	}
}

func (v *Vault) removeUnneeded() error {
	err := durable.EachEntry(v.dir, layout.OutputsDir, func(name string) (bool, error) {
		id := strings.TrimSuffix(name, ".leaves")
		if !layout.IsArchiveID(id) {
			return true, nil // somebody else's
		}
		spans, err := v.spansOf(vault.ArchiveID(id))
		if err != nil {
			return false, err
		}
		if broken := v.outputs.unsure(); broken != nil {
			return false, fmt.Errorf("a job may give them still: %w", broken)
		}
		if last := lastOf(spans, v.options.Now()); !last.IsZero() {
			v.outputs.expect(last)
			return true, nil
		}
		return true, durable.RemoveIfThere(v.dir, path.Join(layout.OutputsDir, name))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever kept
	}
	return err
}

// openBytes opens the bytes of an archive for a job, also of one that was deleted while
// the job gives them. ErrNotFound means that they are gone.
func (v *Vault) openBytes(id vault.ArchiveID) (*os.File, error) {
	f, err := v.openArchive(id)
	if !errors.Is(err, vault.ErrNotFound) {
		return f, err
	}
	kept, keptErr := v.dir.Open(layout.KeptData(id))
	if errors.Is(keptErr, fs.ErrNotExist) {
		return nil, err
	}
	return kept, keptErr
}

// isReadable reports whether the bytes that a job gives are there. What is kept of a
// deleted archive may still be there when the job has expired, but nobody is told so.
func (v *Vault) isReadable(d *jobDocument) (bool, error) {
	there, err := durable.IsThere(v.dir, layout.ArchiveData(d.Archive))
	if err != nil || there || d.expired(v.options.Now()) {
		return there, err
	}
	return durable.IsThere(v.dir, layout.KeptData(d.Archive))
}

// bytesAndLeaves returns where the bytes of an archive are, and where its leaves
// belong.
func (v *Vault) bytesAndLeaves(id vault.ArchiveID) (data, leaves string, err error) {
	there, err := durable.IsThere(v.dir, layout.ArchiveData(id))
	if err == nil && !there {
		if there, err = durable.IsThere(v.dir, layout.KeptData(id)); there {
			return layout.KeptData(id), layout.KeptLeaves(id), err
		}
	}
	return layout.ArchiveData(id), layout.ArchiveLeaves(id), err
}
