package jobs

import (
	"fmt"

	"firn/depot"
	"firn/internal/humane"
)

// tellUnread says, before a job is asked for, how many jobs the vault lists that cannot
// be read: whether one of them would have done is not known.
func (a *Requester) tellUnread() {
	count, why := 0, ""
	for _, j := range a.Listed.Jobs {
		if j.Bad == "" {
			continue
		}
		if count++; count == 1 {
			why = fmt.Sprintf("job %s: %s", depot.QuoteID(j.ID), j.Bad)
		}
	}
	if count == 0 || a.toldUnread {
		return
	}
	a.toldUnread = true
	a.Notice(fmt.Sprintf("the vault lists %s that cannot be read and are passed over: %s", humane.Count(count, "job"), why))
}
