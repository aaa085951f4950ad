package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

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
	if len(s.options.Topics) == 0 {
		return
	}
	defer s.poster.close()
	if err := s.announcements.takeUp(ctx); err != nil && ctx.Err() == nil {
		s.options.OnFault("", fmt.Errorf("jobs of an earlier server are not announced: %w", err))
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if s.announcements.waiting() == 0 {
			select {
			case <-ctx.Done():
				return
			case <-s.announcements.added:
			}
		}
		s.announceBatch(ctx)
		timer.Reset(announceEvery)
	}
}

// announceBatch looks at some of the jobs that wait.
func (s *Server) announceBatch(ctx context.Context) {
	for range min(s.announcements.waiting(), announcedBatch) {
		if ctx.Err() != nil {
			return
		}
		n := s.announcements.next()
		if s.attend(ctx, n) {
			s.announcements.putBack(n)
			continue
		}
		// A message that arrived is not to be sent again because ctx has ended.
		if err := s.announcements.remove(context.WithoutCancel(ctx), n.jobRef); err != nil {
			s.options.OnFault("", err)
		}
	}
}

// attend does what can be done about an announcement now and reports whether it
// must be looked at again.
func (s *Server) attend(ctx context.Context, n *announcement) (again bool) {
	if n.ended.IsZero() {
		err := s.lookAt(ctx, n)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			return false // forgotten, or its vault is deleted
		case err != nil:
			if !n.faulty && ctx.Err() == nil {
				s.options.OnFault("", fmt.Errorf("job %q of vault %q is to be announced, but: %w", n.id, n.vault, err))
			}
			n.faulty = true
			return true
		case n.ended.IsZero():
			return true
		}
	}
	n.left = slices.DeleteFunc(n.left, func(t telling) bool { return s.tell(ctx, n, t) })
	return len(n.left) > 0
}

// tell posts a message and reports whether that is done with: it arrived, or is
// given up.
func (s *Server) tell(ctx context.Context, n *announcement, t telling) (done bool) {
	err := s.poster.post(ctx, n, t)
	if err == nil {
		return true
	}
	if s.poster.now().Sub(n.ended) < announceFor {
		return false
	}
	s.options.OnFault("", fmt.Errorf("the end of job %q of vault %q is not announced: %w", n.id, n.vault, err))
	return true
}

// lookAt looks whether a job has ended, and if so finds out what is to be told
// to whom.
func (s *Server) lookAt(ctx context.Context, n *announcement) error {
	v, err := s.store.Open(ctx, n.vault)
	if err != nil {
		return err
	}
	job, err := v.Job(ctx, n.id)
	if err != nil || job.Status == vault.InProgress {
		return err
	}
	topics, err := s.topicsOf(ctx, n.vault, job)
	if err != nil {
		return err
	}
	text, err := json.Marshal(s.describeAsJob(n.vault, job))
	if err != nil {
		return fmt.Errorf("encoding an announcement: %w", err)
	}
	n.ended, n.message, n.left = s.poster.now(), string(text), topics
	return nil
}

// topicsOf returns whom the end of a job is told: the vault's topic as it is set
// now, if it wants this event, and the job's own. Both, even if they are equal.
func (s *Server) topicsOf(ctx context.Context, vaultName string, job vault.Job) ([]telling, error) {
	event := vault.ArchiveRetrievalCompleted
	if job.Kind == vault.RetrieveInventory {
		event = vault.InventoryRetrievalCompleted
	}
	n, err := s.notificationsOf(ctx, vaultName)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	var topics []telling
	if slices.Contains(n.Events, event) && s.options.Topics[n.SNSTopic] != "" {
		topics = append(topics, telling{n.SNSTopic, "vault"})
	}
	if s.options.Topics[job.Topic] != "" {
		topics = append(topics, telling{job.Topic, "job"})
	}
	return topics, nil
}
