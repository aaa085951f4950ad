package jobs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// The output of a job for an archive is the archive's own file. At the service it stays
// readable until it expires, also when the archive is deleted. So if a finished job gives an
// archive that is deleted, its bytes and its leaves move to the directory outputs, and
// are removed when the output of the last such job has expired.

// span is the time in which the output of a job can be read.
type span struct{ from, until time.Time }

// kept knows which archives jobs give, and when, in a vault from which archives are
// deleted. Jobs whose output never expires are left out: they fail when their archive is
// deleted.
type kept struct {
	mu     sync.Mutex
	loaded bool
	// broken is why some job could not be read. Then all kept bytes stay, and the jobs are
	// read again when the vault is opened the next time.
	broken error
	spans  map[vault.ArchiveID][]span
	prune  int       // when spans has so many archives, those that no job gives any more are dropped
	next   time.Time // when kept bytes may next be removed; zero: never
}

// note adds a job that was stored just now.
func (k *kept) note(d *Document, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.loaded { // else the job is read with the others
		k.add(d, now)
	}
}

func (k *kept) add(d *Document, now time.Time) {
	if d.Kind != vault.RetrieveArchive || d.Expires.IsZero() || d.Expired(now) {
		return
	}
	if len(k.spans) >= k.prune {
		for id, spans := range k.spans {
			if lastOf(spans, now).IsZero() {
				delete(k.spans, id)
			}
		}
		k.prune = max(1024, 2*len(k.spans))
	}
	k.spans[d.Archive] = append(k.spans[d.Archive], span{d.Completed, d.Expires})
}

// lastOf returns when the last of some outputs expires; zero if all have.
func lastOf(spans []span, now time.Time) (last time.Time) {
	for _, s := range spans {
		if now.Before(s.until) && s.until.After(last) {
			last = s.until
		}
	}
	return last
}

// spansOf returns the times in which jobs give an archive.
func (s *Store) spansOf(id vault.ArchiveID) ([]span, error) {
	k := &s.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.loaded {
		k.spans = make(map[vault.ArchiveID][]span)
		broken, err := s.each(func(d *Document) { k.add(d, s.Now()) })
		if err != nil {
			return nil, err
		}
		k.loaded, k.broken = true, broken
	}
	return slices.Clone(k.spans[id]), nil
}

// each calls visit with every job. It goes on after those that are damaged, and
// returns the error about one.
func (s *Store) each(visit func(*Document)) (broken, err error) {
	err = s.files.EachEntry(layout.JobsDir, func(name string) (bool, error) {
		id, isJob := strings.CutSuffix(name, ".json")
		if !isJob {
			return true, nil
		}
		d, err := s.get(vault.JobID(id))
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

// unsure returns why some job could not be read, or nil.
func (k *kept) unsure() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.broken
}

// TakeBytes removes the bytes of an archive, which deletes it, or moves them to where only
// jobs find them if a job that has ended gives them. The caller flushes the archives'
// directory.
func (s *Store) TakeBytes(id vault.ArchiveID) error {
	spans, err := s.spansOf(id)
	if err != nil {
		return err
	}
	now := s.Now()
	ended := func(s span) bool { return !now.Before(s.from) && now.Before(s.until) }
	if !slices.ContainsFunc(spans, ended) {
		return durable.RemoveIfThere(s.dir, layout.ArchiveData(id))
	}
	return s.keep(id, lastOf(spans, now))
}

// keep moves the bytes of an archive, and its leaves, to where only jobs find them.
func (s *Store) keep(id vault.ArchiveID, until time.Time) error {
	if err := s.dir.MkdirAll(layout.OutputsDir, 0o700); err != nil {
		return err
	}
	if err := s.dir.Rename(layout.ArchiveData(id), layout.KeptData(id)); err != nil {
		return err
	}
	if err := s.dir.Rename(layout.ArchiveLeaves(id), layout.KeptLeaves(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.kept.expect(until)
	return errors.Join(durable.SyncDir(s.dir, layout.OutputsDir), durable.SyncDir(s.dir, "."))
}

// ExpectSweep makes the next Sweep look at all kept bytes, when the vault is opened.
func (s *Store) ExpectSweep() { s.kept.expect(s.Now()) }

// expect notes that kept bytes may be removed at a time.
func (k *kept) expect(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.next.IsZero() || at.Before(k.next) {
		k.next = at
	}
}

// Sweep removes the bytes of deleted archives that no job gives any more, if it is time for
// that. It tries again in an hour to remove a file that could not be removed.
func (s *Store) Sweep() {
	k := &s.kept
	k.mu.Lock()
	due := !k.next.IsZero() && !s.Now().Before(k.next)
	if due {
		k.next = time.Time{}
	}
	k.mu.Unlock()
	if !due {
		return
	}
	if err := s.removeUnneeded(); err != nil {
		s.Leftover(fmt.Errorf("remove outputs of archives that are deleted: %w", err))
		k.expect(s.Now().Add(time.Hour))
	}
}

func (s *Store) removeUnneeded() error {
	err := durable.EachEntry(s.dir, layout.OutputsDir, func(name string) (bool, error) {
		id := strings.TrimSuffix(name, ".leaves")
		if !layout.IsArchiveID(id) {
			return true, nil // somebody else's
		}
		spans, err := s.spansOf(vault.ArchiveID(id))
		if err != nil {
			return false, err
		}
		if broken := s.kept.unsure(); broken != nil {
			return false, fmt.Errorf("a job may still output them: %w", broken)
		}
		if last := lastOf(spans, s.Now()); !last.IsZero() {
			s.kept.expect(last)
			return true, nil
		}
		return true, durable.RemoveIfThere(s.dir, path.Join(layout.OutputsDir, name))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever kept
	}
	return err
}

// isReadable reports whether the bytes that a job gives are there. Kept bytes of a deleted
// archive do not count once the job has expired.
func (s *Store) isReadable(d *Document) (bool, error) {
	there, err := durable.IsThere(s.dir, layout.ArchiveData(d.Archive))
	if err != nil || there || d.Expired(s.Now()) {
		return there, err
	}
	return durable.IsThere(s.dir, layout.KeptData(d.Archive))
}
