package backups

import (
	"fmt"
	"sync"

	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/internal/price"
)

// packSpending adds up the cost of packs before they are sent, and refuses those beyond a limit.
type packSpending struct {
	table price.Table
	limit cli.DollarsFlag

	mu    sync.Mutex
	total price.Estimate // of the packs that were approved
}

func (s *packSpending) approve(plan depot.UploadPlan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := s.total.Plus(s.table.Upload(plan.Requests, plan.Size))
	if cost := total.Requests.Plus(total.Minimum); !s.table.IsFree() && s.limit.Given && cost.USD > s.limit.USD {
		return cli.RefusedError("with the next pack, this run would cost %s for requests and minimum storage (%s), and --max-cost is %s",
			cli.Money(cost), s.table.Basis(), cli.Dollars(s.limit.USD))
	}
	s.total = total
	return nil
}

// costText returns a cost in at most 80 columns.
func costText(cost price.Estimate) string {
	return fmt.Sprintf("costs %s in requests, %s a month, at least %s", cli.Money(cost.Requests), cli.Money(cost.Month), cli.Money(cost.Minimum))
}
