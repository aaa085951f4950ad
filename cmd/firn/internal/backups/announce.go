package backups

import (
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/restore"
)

// announce says what is restored from which snapshots, and what it costs.
func (s *restoreSession) announce(plan *restore.Plan, cost restoreCost) {
	p := s.program
	if p.Quiet || plan.Files == 0 {
		return
	}
	for _, snapshot := range plan.Snapshots {
		p.Notice("from " + snapshotText(snapshot))
	}
	text := fmt.Sprintf("restoring %s, %s", term.Many(int(plan.Files), "file"), p.UI.Units.Bytes(plan.Bytes))
	if plan.Fetch > 0 {
		text += fmt.Sprintf(": %s to retrieve from %s", humane.Bytes(plan.Retrieve), term.Many(int(plan.Packs), "pack"))
	}
	p.Notice(text)
	if !cost.table.IsFree() && plan.Requests > 0 {
		p.Notice(fmt.Sprintf("costs %s to retrieve, %s to send it here; ready %s",
			cli.Money(cost.Requests.Plus(cost.Bytes).Plus(cost.stay)), cli.Money(cost.Egress), cli.ReadyText(cost.Least, cost.Most)))
	}
}
