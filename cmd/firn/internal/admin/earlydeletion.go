package admin

import (
	"fmt"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/record"
)

// earlyDeletion adds up the cost of deleting archives before the end of the minimum stay, for
// which the service bills in any case.
type earlyDeletion struct {
	table price.Table
	now   time.Time

	all, early int
	unknown    int // whose size or age is unknown
	cost       price.Amount
}

func (e *earlyDeletion) add(a record.Archive) {
	e.all++
	if a.State == record.Deleted {
		return
	}
	if a.Size < 0 || a.Created.IsZero() {
		e.unknown++
		return
	}
	cost := e.table.EarlyDeletion(a.Size, e.now.Sub(a.Created))
	if cost.USD > 0 {
		e.early++
		e.cost = e.cost.Plus(cost)
	}
}

// text returns the cost as text. It is empty if there is none.
func (e *earlyDeletion) text() string {
	stay := humane.Count(int(e.table.MinimumStayDays), "day")
	known := fmt.Sprintf("%s stayed in the vault for less than %s: deleting now costs about %s",
		of(e.early, e.all), stay, cli.Money(e.cost))
	unknown := fmt.Sprintf("the size or age of %s is unknown: deleting before %s have passed is billed for the rest",
		of(e.unknown, e.all), stay)
	source := " (" + e.table.Basis() + ")"
	switch {
	case e.table.MinimumStayDays == 0 || e.early == 0 && e.unknown == 0:
		return ""
	case e.unknown == 0:
		return known + source
	case e.early == 0:
		return unknown + source
	}
	return known + "; " + unknown + source
}

// of returns "SOME of ALL archives", or "it" for a single archive.
func of(some, all int) string {
	if all == 1 {
		return "it"
	}
	return fmt.Sprintf("%d of %s", some, humane.Count(all, "archive"))
}
