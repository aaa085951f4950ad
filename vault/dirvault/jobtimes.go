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

func (k *knownJobs) remove(id vault.JobID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.times, id)
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
	v.jobs.add(id, d.times())
	return d.times(), nil
}
