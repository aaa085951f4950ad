package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"firn/server/internal/wire"
	"firn/vault"
)

// How jobs are looked at that are to be announced.
const (
	announceEvery  = time.Second // between two looks
	announcedBatch = 200         // jobs in one look; the others have their turn
	announceFor    = time.Hour   // from the end of a job; then what did not arrive is given up
)

// Announce tells the topics of [Options.Topics] when jobs have ended, until ctx
// ends. [Server.Serve] does it; who has another net/http server for the requests
// runs Announce beside it, once.
//
// A message is posted at least once and, by the same id, perhaps again after a
// crash. What a URL does not take is sent again, for an hour. When ctx ends, a
// message under way still has its ten seconds.
func (s *Server) Announce(ctx context.Context) {
	var all sync.WaitGroup
	for _, a := range s.accounts {
		all.Go(func() { a.announce(ctx) })
	}
	all.Wait()
}

// announce is Announce for one account.
func (a *account) announce(ctx context.Context) {
	if len(a.options.Topics) == 0 {
		return
	}
	defer a.poster.close()
	if err := a.announcements.takeUp(ctx); err != nil && ctx.Err() == nil {
		a.options.fault("", fmt.Errorf("jobs of an earlier server are not announced: %w", err))
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if a.announcements.waiting() == 0 {
			select {
			case <-ctx.Done():
				return
			case <-a.announcements.added:
			}
		}
		a.announceBatch(ctx)
		timer.Reset(announceEvery)
	}
}

// announceBatch looks at some of the jobs that wait.
func (a *account) announceBatch(ctx context.Context) {
	for range min(a.announcements.waiting(), announcedBatch) {
		if ctx.Err() != nil {
			return
		}
		n := a.announcements.next()
		if a.attend(ctx, n) {
			a.announcements.putBack(n)
			continue
		}
		// A message that arrived is not to be sent again because ctx has ended.
		if err := a.announcements.remove(context.WithoutCancel(ctx), n.jobRef); err != nil {
			a.options.fault("", err)
		}
	}
}

// attend does what can be done about an announcement now and reports whether it
// must be looked at again.
func (a *account) attend(ctx context.Context, n *announcement) (again bool) {
	if n.ended.IsZero() {
		err := a.lookAt(ctx, n)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			return false // forgotten, or its vault is deleted
		case err != nil:
			if !n.faulty && ctx.Err() == nil {
				a.options.fault("", fmt.Errorf("job %q of vault %q is to be announced, but: %w", n.id, n.vault, err))
			}
			n.faulty = true
			return true
		case n.ended.IsZero():
			return true
		}
	}
	n.left = slices.DeleteFunc(n.left, func(t telling) bool { return a.tell(ctx, n, t) })
	return len(n.left) > 0
}

// tell posts a message and reports whether that is done with: it arrived, or is
// given up.
func (a *account) tell(ctx context.Context, n *announcement, t telling) (done bool) {
	err := a.poster.post(ctx, n, t)
	if err == nil {
		return true
	}
	if a.poster.now().Sub(n.ended) < announceFor {
		return false
	}
	a.options.fault("", fmt.Errorf("the end of job %q of vault %q is not announced: %w", n.id, n.vault, err))
	return true
}

// lookAt looks whether a job has ended, and if so finds out what is to be told
// to whom.
func (a *account) lookAt(ctx context.Context, n *announcement) error {
	v, err := a.store.Open(ctx, n.vault)
	if err != nil {
		return err
	}
	job, err := v.Job(ctx, n.id)
	if err != nil || job.Status == vault.InProgress {
		return err
	}
	topics, err := a.topicsOf(ctx, n.vault, job)
	if err != nil {
		return err
	}
	text, err := json.Marshal(wire.DescribeJob(a.arn(n.vault), job))
	if err != nil {
		return fmt.Errorf("encoding an announcement: %w", err)
	}
	n.ended, n.message, n.left = a.poster.now(), string(text), topics
	return nil
}

// topicsOf returns whom the end of a job is told: the vault's topic as it is set
// now, if it wants this event, and the job's own. Both, even if they are equal.
func (a *account) topicsOf(ctx context.Context, vaultName string, job vault.Job) ([]telling, error) {
	event := vault.ArchiveRetrievalCompleted
	if job.Kind == vault.RetrieveInventory {
		event = vault.InventoryRetrievalCompleted
	}
	n, err := a.notificationsOf(ctx, vaultName)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	var topics []telling
	if slices.Contains(n.Events, event) && a.options.Topics[n.SNSTopic] != "" {
		topics = append(topics, telling{n.SNSTopic, "vault"})
	}
	if a.options.Topics[job.Topic] != "" {
		topics = append(topics, telling{job.Topic, "job"})
	}
	return topics, nil
}
