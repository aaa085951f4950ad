package uploads

import (
	"fmt"
	"sync"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/price"
)

// spending shows the cost of uploads before they begin, and refuses uploads beyond a limit.
type spending struct {
	program *cli.Program
	table   price.Table
	limit   cli.DollarsFlag

	mu    sync.Mutex   // files begin side by side
	total price.Amount // of what was approved: requests, and the storage that is billed in any case
}

// approve approves an upload before it begins or continues.
func (s *spending) approve(plan depot.UploadPlan) (price.Estimate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.table.IsFree():
		return price.Estimate{}, nil
	case plan.Size < 0 && s.limit.Given:
		return price.Estimate{}, cli.WithHint(
			cli.RefusedError("the size of standard input is unknown, and so is its price, but --max-cost sets a limit"),
			"to give its approximate size: "+s.program.TypedWith("--expected-size")+" SIZE")
	case plan.Size < 0:
		return price.Estimate{}, nil
	}
	cost := s.table.Upload(plan.Requests, plan.Size)
	total := s.total.Plus(cost.Requests).Plus(cost.Minimum)
	if err := s.check("it", total); err != nil {
		return cost, err
	}
	s.total = total
	return cost, nil
}

// check refuses a total cost beyond the limit. what is the subject of the sentence.
func (s *spending) check(what string, total price.Amount) error {
	if s.table.IsFree() || !s.limit.Given || total.USD <= s.limit.USD {
		return nil
	}
	return cli.RefusedError("%s would cost %s in all for requests and minimum storage (%s), and --max-cost is %s",
		what, cli.Money(total), s.table.Basis(), cli.Dollars(s.limit.USD))
}

// show shows a cost, unless nothing is charged or the cost is not known.
func (s *spending) show(cost price.Estimate) {
	if s.program.Quiet || s.table.IsFree() || cost == (price.Estimate{}) {
		return
	}
	s.program.Notice(costText(cost))
	if t := s.table; t.VaultRegion != "" {
		s.program.UI.Say("firn: these are prices of %s; those of %s are not known", term.Show(t.Region), term.Show(t.VaultRegion))
	}
}

// costText returns the cost of an upload in at most 80 columns.
func costText(cost price.Estimate) string {
	return fmt.Sprintf("costs %s in requests, %s a month, at least %s",
		cli.Money(cost.Requests), cli.Money(cost.Month), cli.Money(cost.Minimum))
}
