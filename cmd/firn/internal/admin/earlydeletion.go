package admin

import (
	"fmt"
	"time"

	"firn/cmd/firn/internal/cli"
	"firn/internal/humane"
	"firn/internal/price"
	"firn/record"
)

// earlyDeletion adds up what deleting archives costs before they have stayed as
// long as is billed anyway.
type earlyDeletion struct {
	table price.Table
	now   time.Time

	all, early int
	unknown    int // of which the size or the age is not known
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

// text says what deleting them costs; empty if that is nothing.
func (e *earlyDeletion) text() string {
	stay := humane.Count(int(e.table.MinimumStayDays), "day")
	known := fmt.Sprintf("%s stayed for less than %s: deleting now costs about %s",
		of(e.early, e.all), stay, cli.Money(e.cost))
	unknown := fmt.Sprintf("size or age of %s is not known: deleting before %s have passed costs the rest of them",
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

// of names some of all archives.
func of(some, all int) string {
	if all == 1 {
		return "it"
	}
	return fmt.Sprintf("%d of %s", some, humane.Count(all, "archive"))
}
