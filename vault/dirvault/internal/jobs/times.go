package jobs

import (
	"sync"
	"time"

	"firn/vault"
)

// times are the dates that decide whether and where a job is listed. They never change.
type times struct {
	created, expires time.Time
}

func (t times) expired(now time.Time) bool { return !t.expires.IsZero() && !now.Before(t.expires) }

// forgetAfter is how long an expired job is still known to have been there.
const forgetAfter = 24 * time.Hour

// forgotten reports whether the job is to be removed.
func (t times) forgotten(now time.Time) bool {
	return !t.expires.IsZero() && now.Sub(t.expires) >= forgetAfter
}

// known remembers the times of jobs, so that a page of a long list can be made without
// reading the files of all jobs.
type known struct {
	mu    sync.Mutex
	times map[vault.JobID]times
	lines int // of the index, when the vault was opened
	read  int // files that were read because the index lacked their jobs

	order   []listed  // all jobs at the time of ordered
	changes uint64    // jobs that came or went since the vault was opened
	ordered uint64    // changes when order was made
	touched time.Time // modification time of the jobs' directory then; zero: there is no order
}

// inOrder returns all jobs in the order in which they are listed, if that is known for the
// modification time of the jobs' directory.
func (k *known) inOrder(touched time.Time) (order []listed, changes uint64, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.order, k.changes, k.ordered == k.changes && !k.touched.IsZero() && k.touched.Equal(touched)
}

// setOrder remembers the order for inOrder, unless jobs came or went meanwhile.
func (k *known) setOrder(order []listed, changes uint64, touched time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes == changes {
		k.order, k.ordered, k.touched = order, changes, touched
	}
}

// change notes that a job came or went.
func (k *known) change() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes++
}

// maxKnown is how many jobs are remembered: about 16 MB. The files of others are read.
const maxKnown = 1 << 16

func (k *known) get(id vault.JobID) (times, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, known := k.times[id]
	return t, known
}

func (k *known) add(id vault.JobID, t times) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.times == nil {
		k.times = make(map[vault.JobID]times)
	}
	if len(k.times) < maxKnown {
		k.times[id] = t
	}
}

// addRead is add for times that were read from the job's file.
func (k *known) addRead(id vault.JobID, t times) {
	k.add(id, t)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read++
}

func (k *known) remove(id vault.JobID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.times, id)
	k.changes++
}

// timesOf returns the times of a job. Its errors are those of Get, and it also removes a job
// that is to be forgotten.
func (s *Store) timesOf(id vault.JobID) (times, error) {
	t, known := s.known.get(id)
	if known && !t.forgotten(s.Now()) {
		return t, nil
	}
	d, err := s.get(id)
	if err != nil {
		return times{}, err
	}
	s.known.addRead(id, d.times())
	return d.times(), nil
}
