// Package announce tells the topics of jobs, over HTTP, when the jobs have ended. It takes
// the place of Amazon SNS.
package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"firn/server/internal/wire"
	"firn/vault"
	"firn/vault/administration"
)

// How jobs are looked at that are to be announced.
const (
	lookEvery   = time.Second // between two looks
	batch       = 200         // jobs in one look; the others come with the next ones
	announceFor = time.Hour   // from the end of a job; then what did not arrive is given up
)

// Store has the vaults of an account and their notes. Its methods are those of
// server.Store.
type Store interface {
	Open(ctx context.Context, name string) (vault.Vault, error)
	Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error]
	Note(ctx context.Context, vaultName, name string) ([]byte, error)
	SetNote(ctx context.Context, vaultName, name string, data []byte) error
}

// Config is what an [Announcer] is told once.
type Config struct {
	Store Store
	// URLs has where the messages of a topic are posted, by the ARN of the topic.
	URLs map[string]string
	// ARN returns the full name of a vault.
	ARN func(vaultName string) string
	// TopicOf returns the topic of a vault, and of which events the topic is told.
	// ErrNotFound: the vault has none.
	TopicOf func(ctx context.Context, vaultName string) (topic string, events []string, err error)
	// Now dates the messages.
	Now func() time.Time
	// OnFault tells the operator what went wrong.
	OnFault func(error)
}

// Announcer announces the ends of the jobs of an account.
type Announcer struct {
	config Config
	queue  *queue
	poster *poster
}

// New returns an Announcer that does nothing before [Announcer.Run].
func New(c Config) *Announcer {
	return &Announcer{config: c, queue: newQueue(c.Store, c.OnFault), poster: newPoster(c.URLs, c.Now)}
}

// Expect makes sure that the end of a job will be announced, also by a later Announcer on
// the same store. Without any URL it does nothing.
func (a *Announcer) Expect(ctx context.Context, vaultName string, id vault.JobID) error {
	if len(a.config.URLs) == 0 {
		return nil
	}
	// The job is there, even if the client that asked for it has gone.
	return a.queue.add(context.WithoutCancel(ctx), jobRef{vaultName, id})
}

// Run announces the ends of jobs until ctx ends. A message is posted at least once and, by
// the same id, perhaps again after a crash. A message that does not arrive is sent again, for
// an hour. When ctx ends, a message under way still has its ten seconds. Run is called once.
func (a *Announcer) Run(ctx context.Context) {
	if len(a.config.URLs) == 0 {
		return
	}
	defer a.poster.close()
	if err := a.queue.takeUp(ctx); err != nil && ctx.Err() == nil {
		a.config.OnFault(fmt.Errorf("jobs of an earlier server are not announced: %w", err))
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if a.queue.waiting() == 0 {
			select {
			case <-ctx.Done():
				return
			case <-a.queue.added:
			}
		}
		a.announceBatch(ctx)
		timer.Reset(lookEvery)
	}
}

// announceBatch looks at some of the jobs that wait.
func (a *Announcer) announceBatch(ctx context.Context) {
	for range min(a.queue.waiting(), batch) {
		if ctx.Err() != nil {
			return
		}
		n := a.queue.next()
		if a.attend(ctx, n) {
			a.queue.putBack(n)
			continue
		}
		// A message that arrived is not to be sent again because ctx has ended.
		if err := a.queue.remove(context.WithoutCancel(ctx), n.jobRef); err != nil {
			a.config.OnFault(err)
		}
	}
}

// attend looks whether the job has ended, and if so posts the message to the recipients
// that have not got it. It reports whether the job must be looked at again.
func (a *Announcer) attend(ctx context.Context, n *announcement) (again bool) {
	if n.ended.IsZero() {
		err := a.lookAt(ctx, n)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			return false // forgotten, or its vault is deleted
		case err != nil:
			if !n.faulty && ctx.Err() == nil {
				a.config.OnFault(fmt.Errorf("job %q of vault %q is to be announced, but: %w", n.id, n.vault, err))
			}
			n.faulty = true
			return true
		case n.ended.IsZero():
			return true
		}
	}
	n.left = slices.DeleteFunc(n.left, func(to recipient) bool { return a.send(ctx, n, to) })
	return len(n.left) > 0
}

// send posts a message and reports whether it need not be sent again: it arrived, or is
// given up.
func (a *Announcer) send(ctx context.Context, n *announcement, to recipient) (done bool) {
	err := a.poster.post(ctx, n, to)
	if err == nil {
		return true
	}
	if a.poster.now().Sub(n.ended) < announceFor {
		return false
	}
	a.config.OnFault(fmt.Errorf("the end of job %q of vault %q is not announced: %w", n.id, n.vault, err))
	return true
}

// lookAt looks whether a job has ended, and if so finds out what the message is and who
// gets it.
func (a *Announcer) lookAt(ctx context.Context, n *announcement) error {
	v, err := a.config.Store.Open(ctx, n.vault)
	if err != nil {
		return err
	}
	job, err := v.Job(ctx, n.id)
	if err != nil || job.Status == vault.InProgress {
		return err
	}
	recipients, err := a.recipientsOf(ctx, n.vault, job)
	if err != nil {
		return err
	}
	text, err := json.Marshal(wire.DescribeJob(a.config.ARN(n.vault), job))
	if err != nil {
		return fmt.Errorf("encoding an announcement: %w", err)
	}
	n.ended, n.message, n.left = a.poster.now(), string(text), recipients
	return nil
}

// recipientsOf returns who gets a message about the end of a job: the vault's topic as it is
// set now, if it wants this event, and the job's own. Both, even if they are equal.
func (a *Announcer) recipientsOf(ctx context.Context, vaultName string, job vault.Job) ([]recipient, error) {
	event := administration.ArchiveRetrievalCompleted
	if job.Kind == vault.RetrieveInventory {
		event = administration.InventoryRetrievalCompleted
	}
	topic, events, err := a.config.TopicOf(ctx, vaultName)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	var recipients []recipient
	if slices.Contains(events, event) && a.config.URLs[topic] != "" {
		recipients = append(recipients, recipient{topic, "vault"})
	}
	if a.config.URLs[job.Topic] != "" {
		recipients = append(recipients, recipient{job.Topic, "job"})
	}
	return recipients, nil
}
