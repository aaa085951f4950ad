package dirvault

import (
	"sync"
	"time"

	"firn/vault"
)

// jobTimes is what decides whether and where a job is listed. It never changes.
type jobTimes struct {
	created, expires time.Time
}

func (t jobTimes) expired(now time.Time) bool { return !t.expires.IsZero() && !now.Before(t.expires) }

func (t jobTimes) forgotten(now time.Time) bool {
	return !t.expires.IsZero() && now.Sub(t.expires) >= forgetAfter
}

// knownJobs remembers the times of jobs, so that a page of a long list does not mean
// to read the files of all jobs.
type knownJobs struct {
	mu    sync.Mutex
	times map[vault.JobID]jobTimes
	lines int // of the index, when the vault was opened
	read  int // files, because the index lacked them

	order   []listedJob // all that there were
	changes uint64      // jobs that came or went since the vault was opened
	ordered uint64      // changes when order was made
	touched time.Time   // modification time of the jobs' directory then; zero: there is no order
}

// inOrder returns all jobs in the order in which they are listed, if that is known for a
// directory that was last changed then.
func (k *knownJobs) inOrder(touched time.Time) (order []listedJob, changes uint64, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.order, k.changes, k.ordered == k.changes && !k.touched.IsZero() && k.touched.Equal(touched)
}

// setOrder remembers what inOrder returns, unless jobs came or went meanwhile.
func (k *knownJobs) setOrder(order []listedJob, changes uint64, touched time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes == changes {
		k.order, k.ordered, k.touched = order, changes, touched
	}
}

// change notes that a job came or went.
func (k *knownJobs) change() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes++
}

// maxKnownJobs is how many are remembered: about 16 MB. The files of others are read.
const maxKnownJobs = 1 << 16

func (k *knownJobs) get(id vault.JobID) (jobTimes, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, known := k.times[id]
	return t, known
}

func (k *knownJobs) add(id vault.JobID, t jobTimes) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.times == nil {
		k.times = make(map[vault.JobID]jobTimes)
	}
	if len(k.times) < maxKnownJobs {
		k.times[id] = t
	}
}

// addRead is add for times that came from the job's file.
func (k *knownJobs) addRead(id vault.JobID, t jobTimes) {
	k.add(id, t)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read++
}

func (k *knownJobs) remove(id vault.JobID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.times, id)
	k.changes++
}

// timesOf returns the times of a job, as job returns what else is known of it.
func (v *Vault) timesOf(id vault.JobID) (jobTimes, error) {
	t, known := v.jobs.get(id)
	if known && !t.forgotten(v.options.Now()) {
		return t, nil
	}
	d, err := v.job(id) // which removes what is to be forgotten
	if err != nil {
		return jobTimes{}, err
	}
	v.jobs.addRead(id, d.times())
	return d.times(), nil
}
