package announce

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"firn/vault"
)

// jobRef names a job among all vaults.
type jobRef struct {
	vault string
	id    vault.JobID
}

// announcement is a job whose end is to be announced.
type announcement struct {
	jobRef

	ended   time.Time   // when it was first seen to have ended; zero before
	message string      // about its end, once it has ended
	left    []recipient // who has not got the message yet
	faulty  bool        // a fault was reported: the job cannot be looked at
}

// queue has the jobs whose ends are to be announced: in memory, and in notes of their
// vaults, so that they outlive the server. A job is in its note before the client knows of
// the job, and until all recipients have got the message.
type queue struct {
	store   Store
	onFault func(error)
	added   chan struct{} // a token after something was added

	mu    sync.Mutex
	notes map[noteRef]map[vault.JobID]bool // those that were read
	jobs  []*announcement
}

// noteRef names one of the notes that have the waiting jobs of a vault. There are several,
// so that none is near its limit of 1 MiB, which is 10,000 jobs, and so that one job more
// does not write thousands anew.
type noteRef struct {
	vault  string
	number byte // less than notesOfVault
}

const notesOfVault = 16

func (n noteRef) name() string { return fmt.Sprintf("announce-%x", n.number) }

func (r jobRef) note() noteRef {
	return noteRef{r.vault, sha256.Sum256([]byte(r.id))[0] % notesOfVault}
}

func newQueue(store Store, onFault func(error)) *queue {
	return &queue{
		store:   store,
		onFault: onFault,
		added:   make(chan struct{}, 1),
		notes:   map[noteRef]map[vault.JobID]bool{},
	}
}

// add makes sure that the end of a job will be announced, also by another Announcer on the
// same store.
func (q *queue) add(ctx context.Context, job jobRef) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	note := job.note()
	if err := q.read(ctx, note); err != nil {
		return err
	}
	q.notes[note][job.id] = true
	if err := q.write(ctx, note); err != nil {
		delete(q.notes[note], job.id)
		return err
	}
	q.jobs = append(q.jobs, &announcement{jobRef: job})
	select {
	case q.added <- struct{}{}:
	default: // there is a token already
	}
	return nil
}

// remove forgets a job whose end was announced, or cannot be.
func (q *queue) remove(ctx context.Context, job jobRef) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	note := job.note()
	delete(q.notes[note], job.id)
	err := q.write(ctx, note)
	if errors.Is(err, vault.ErrNotFound) {
		delete(q.notes, note)
		return nil // the vault is gone, and the note with it
	}
	return err
}

// takeUp reads which jobs an earlier server has left.
func (q *queue) takeUp(ctx context.Context) error {
	for info, err := range q.store.Vaults(ctx, "") {
		if err != nil {
			return err
		}
		for number := range byte(notesOfVault) {
			if err := q.takeUpNote(ctx, noteRef{info.Name, number}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *queue) takeUpNote(ctx context.Context, note noteRef) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.read(ctx, note)
}

// read reads a note, unless that was done. The caller holds mu. A damaged note
// is reported and given up.
func (q *queue) read(ctx context.Context, note noteRef) error {
	if q.notes[note] != nil {
		return nil
	}
	text, err := q.store.Note(ctx, note.vault, note.name())
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("reading which jobs of vault %q are to be announced: %w", note.vault, err)
	}
	var jobs []vault.JobID
	if err == nil {
		if err := json.Unmarshal(text, &jobs); err != nil {
			q.onFault(fmt.Errorf("which jobs of vault %q are to be announced is damaged: %w", note.vault, err))
		}
	}
	q.notes[note] = map[vault.JobID]bool{}
	for _, id := range jobs {
		q.notes[note][id] = true
		q.jobs = append(q.jobs, &announcement{jobRef: jobRef{note.vault, id}})
	}
	return nil
}

// write makes a note say what the memory says. The caller holds mu.
func (q *queue) write(ctx context.Context, note noteRef) error {
	var text []byte
	if jobs := q.notes[note]; len(jobs) > 0 {
		var ids []vault.JobID
		for id := range jobs {
			ids = append(ids, id)
		}
		var err error
		if text, err = json.Marshal(ids); err != nil {
			return fmt.Errorf("encoding which jobs are to be announced: %w", err)
		}
	}
	if err := q.store.SetNote(ctx, note.vault, note.name(), text); err != nil {
		return fmt.Errorf("writing which jobs of vault %q are to be announced: %w", note.vault, err)
	}
	return nil
}

// next takes out the announcement that has waited longest; nil if there is none.
func (q *queue) next() *announcement {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return nil
	}
	n := q.jobs[0]
	q.jobs = q.jobs[1:]
	return n
}

// putBack adds an announcement again, as the last.
func (q *queue) putBack(n *announcement) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, n)
}

func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs)
}
