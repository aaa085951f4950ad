package jobs

import (
	"fmt"

	"firn/depot"
	"firn/internal/humane"
)

// noticeUnread says, before a job is started, how many listed jobs cannot be read. One of them
// might have been suitable.
func (a *Requester) noticeUnread() {
	count, why := 0, ""
	for _, j := range a.Listed.Jobs {
		if j.Bad == "" {
			continue
		}
		if count++; count == 1 {
			why = fmt.Sprintf("job %s: %s", depot.QuoteID(j.ID), j.Bad)
		}
	}
	if count == 0 || a.noticedUnread {
		return
	}
	a.noticedUnread = true
	a.Notice(fmt.Sprintf("the vault lists %s that cannot be read; skipping them: %s", humane.Count(count, "job"), why))
}
