package jobs

import (
	"fmt"

	"firn/depot"
	"firn/vault"
)

// checkTopic refuses a topic that is not an ARN. An empty topic is valid.
func (a *Requester) checkTopic() error {
	if a.topic == "" || vault.IsTopic(a.topic) {
		return nil
	}
	return vault.Errorf(vault.ErrInvalid, "the topic %.300q: it is not the ARN of an SNS topic", a.topic)
}

// noticeTopic says, once for each job that is found, that the job keeps the topic with which it
// was started.
func (a *Requester) noticeTopic(j vault.Job) {
	if a.topic == "" || a.noticed[j.ID] || j.Status == vault.InProgress && j.Topic == a.topic {
		return
	}
	if a.noticed == nil {
		a.noticed = make(map[vault.JobID]bool)
	}
	a.noticed[j.ID] = true
	switch {
	case j.Status != vault.InProgress:
		a.Notice(fmt.Sprintf("job %s has already ended, so no message about it will come", depot.QuoteID(j.ID)))
	case j.Topic == "":
		a.Notice(fmt.Sprintf("job %s was started before, without a topic, which cannot be changed: "+
			"only the vault's own topic, if it has one, is notified of its end", depot.QuoteID(j.ID)))
	default:
		a.Notice(fmt.Sprintf("job %s was started before, which cannot be changed: it notifies the topic %q, not %q",
			depot.QuoteID(j.ID), j.Topic, a.topic))
	}
}
