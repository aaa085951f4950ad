package backups

import (
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/internal/price"
	"firn/restore"
)

// restoreCost is the cost of a restore.
type restoreCost struct {
	price.RetrievalEstimate
	stay  price.Amount // of the copies that a bucket restores
	table price.Table
	tier  string
}

func (c restoreCost) total() price.Amount { return c.Total().Plus(c.stay) }

// stayOfCopies is how long the copies that a bucket restores stay, unless its URL says otherwise.
const stayOfCopies = 3 * 24 * time.Hour

// cost returns the cost of a plan. It refuses one beyond --max-cost.
func (s *restoreSession) cost(plan *restore.Plan) (c restoreCost, err error) {
	if c.table, err = s.program.Prices(s.vault.URL(), s.vault.Class); err != nil {
		return c, err
	}
	c.tier = string(s.options.tier)
	if names := c.table.Tiers.Names(); len(names) == 1 { // the only tier, of archives that are readable at once
		c.tier = names[0]
	}
	if c.RetrievalEstimate, err = c.table.Retrieve(c.tier, plan.Requests, plan.Retrieve, plan.Fetch); err != nil {
		return c, cli.UsageError("%w", err)
	}
	if s.vault.Class != "" && c.Most > 0 {
		c.stay = c.table.Stage(plan.Retrieve, stayOfCopies)
	}
	if limit := s.options.maxCost; limit.Given && !s.options.dryRun && c.total().USD > limit.USD {
		err = cli.RefusedError("it would cost %s in all (%s), and --max-cost is %s", cli.Money(c.total()), c.table.Basis(), cli.Dollars(limit.USD))
		if c.tier != "Bulk" && len(c.table.Tiers.Names()) > 1 {
			err = cli.WithHint(err, "Bulk is the cheapest tier: "+s.program.TypedWith("--tier=Bulk"))
		}
	}
	return c, err
}
