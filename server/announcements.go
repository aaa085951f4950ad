package server

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

	ended   time.Time // when it was first seen to have ended; zero before
	message string    // what to tell, once it has
	left    []telling // whom it is still to be told, once it has
	faulty  bool      // that it cannot be looked at was reported
}

// announcements are the jobs whose ends are to be announced: in memory, and in
// notes of their vaults, so that they outlive the server. A job is in its note
// from before the client knows of it until everybody was told of its end.
type announcements struct {
	store   Store
	onFault func(requestID string, err error)
	added   chan struct{} // a token after something was added

	mu    sync.Mutex
	notes map[noteRef]map[vault.JobID]bool // those that were read
	queue []*announcement
}

// noteRef names one of the notes that hold the announcements of a vault. There
// are several so that none is near its limit of 1 MiB, 10,000 jobs, and so that
// adding a job to thousands does not write them all anew.
type noteRef struct {
	vault  string
	number byte // less than announcementNotes
}

const announcementNotes = 16

func (n noteRef) name() string { return fmt.Sprintf("announce-%x", n.number) }

func (r jobRef) note() noteRef {
	return noteRef{r.vault, sha256.Sum256([]byte(r.id))[0] % announcementNotes}
}

func newAnnouncements(store Store, onFault func(string, error)) *announcements {
	return &announcements{
		store:   store,
		onFault: onFault,
		added:   make(chan struct{}, 1),
		notes:   map[noteRef]map[vault.JobID]bool{},
	}
}

// expectEnd makes sure that the end of a job will be announced, also by another
// server on the same store.
func (a *account) expectEnd(ctx context.Context, job jobRef) error {
	if len(a.options.Topics) == 0 {
		return nil
	}
	// The job is there, even if the client that asked for it has gone.
	return a.announcements.add(context.WithoutCancel(ctx), job)
}

func (a *announcements) add(ctx context.Context, job jobRef) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	note := job.note()
	if err := a.read(ctx, note); err != nil {
		return err
	}
	a.notes[note][job.id] = true
	if err := a.write(ctx, note); err != nil {
		delete(a.notes[note], job.id)
		return err
	}
	a.queue = append(a.queue, &announcement{jobRef: job})
	select {
	case a.added <- struct{}{}:
	default: // there is a token already
	}
	return nil
}

// remove forgets a job that is announced, or can never be.
func (a *announcements) remove(ctx context.Context, job jobRef) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	note := job.note()
	delete(a.notes[note], job.id)
	err := a.write(ctx, note)
	if errors.Is(err, vault.ErrNotFound) {
		delete(a.notes, note)
		return nil // the vault is gone, and the note with it
	}
	return err
}

// takeUp reads what an earlier server left to be announced.
func (a *announcements) takeUp(ctx context.Context) error {
	for info, err := range a.store.Vaults(ctx, "") {
		if err != nil {
			return err
		}
		for number := range byte(announcementNotes) {
			if err := a.takeUpNote(ctx, noteRef{info.Name, number}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *announcements) takeUpNote(ctx context.Context, note noteRef) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.read(ctx, note)
}

// read reads a note, unless that was done. The caller holds mu. A damaged note
// is reported and given up.
func (a *announcements) read(ctx context.Context, note noteRef) error {
	if a.notes[note] != nil {
		return nil
	}
	text, err := a.store.Note(ctx, note.vault, note.name())
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return fmt.Errorf("reading which jobs of vault %q are to be announced: %w", note.vault, err)
	}
	var jobs []vault.JobID
	if err == nil {
		if err := json.Unmarshal(text, &jobs); err != nil {
			a.onFault("", fmt.Errorf("which jobs of vault %q are to be announced is damaged: %w", note.vault, err))
		}
	}
	a.notes[note] = map[vault.JobID]bool{}
	for _, id := range jobs {
		a.notes[note][id] = true
		a.queue = append(a.queue, &announcement{jobRef: jobRef{note.vault, id}})
	}
	return nil
}

// write makes a note say what the memory says. The caller holds mu.
func (a *announcements) write(ctx context.Context, note noteRef) error {
	var text []byte
	if jobs := a.notes[note]; len(jobs) > 0 {
		var ids []vault.JobID
		for id := range jobs {
			ids = append(ids, id)
		}
		var err error
		if text, err = json.Marshal(ids); err != nil {
			return fmt.Errorf("encoding which jobs are to be announced: %w", err)
		}
	}
	if err := a.store.SetNote(ctx, note.vault, note.name(), text); err != nil {
		return fmt.Errorf("writing which jobs of vault %q are to be announced: %w", note.vault, err)
	}
	return nil
}

// next takes the announcement that waited longest off the queue; nil if there is
// none.
func (a *announcements) next() *announcement {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return nil
	}
	n := a.queue[0]
	a.queue = a.queue[1:]
	return n
}

// putBack puts an announcement at the end of the queue.
func (a *announcements) putBack(n *announcement) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, n)
}

func (a *announcements) waiting() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.queue)
}
