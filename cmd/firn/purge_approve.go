package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"firn"
	"firn/internal/humane"
	"firn/price"
)

// approve shows what is about to be deleted and what that costs, and asks.
func (p *purging) approve(ctx context.Context, plan firn.PurgePlan) error {
	if plan.Uploads > 0 && p.andVault {
		return withHint(refusedError("the vault has %s, which would go with it; nothing was deleted",
			humane.Count(plan.Uploads, "unfinished upload")),
			"what they are: "+shellCommand("firn", "multipart", "list", p.url),
			"to remove one: "+shellCommand("firn", "multipart", "abort", p.url)+" UPLOAD")
	}
	if plan.Archives == 0 && !p.andVault {
		p.note("there is no archive to delete")
		return nil
	}
	if err := p.tellPlan(ctx, plan); err != nil || p.yes {
		return err
	}
	what := fmt.Sprintf("%s of %s", humane.Count(plan.Archives, "archive"), p.url)
	if p.andVault {
		what += " and the vault itself"
	}
	return p.confirmName(ctx, "delete "+what+" for ever?", p.place.Name)
}

func (p *purging) tellPlan(ctx context.Context, plan firn.PurgePlan) error {
	if p.quiet && p.yes {
		return nil
	}
	text := fmt.Sprintf("%s, %s, to be deleted", humane.Count(plan.Archives, "archive"), humane.Bytes(plan.Bytes))
	if plan.Begun > 0 {
		text += fmt.Sprintf("; of %d of them it is not known whether an earlier run has deleted them", plan.Begun)
	}
	p.ui.say("firn: %s", text)
	if plan.Uploads > 0 {
		p.ui.say("firn: the vault also has %s, which no purge touches: %s", humane.Count(plan.Uploads, "unfinished upload"),
			shellCommand("firn", "multipart", "list", p.url))
	}
	table, err := p.prices(p.url)
	if err != nil || table.IsFree() || table.MinimumStay() == 0 {
		return err
	}
	return p.tellEarly(ctx, plan, table)
}

// tellEarly says what deleting archives costs before they have stayed as long as
// is billed anyway.
func (p *purging) tellEarly(ctx context.Context, plan firn.PurgePlan, table price.Table) error {
	early, cost := 0, price.Amount{}
	for a, err := range p.catalog.Present(ctx, p.url, "") {
		if err != nil {
			return err
		}
		age := plan.Until.Sub(a.Created)
		if a.Created.IsZero() || age < 0 || age >= table.MinimumStay() {
			continue
		}
		early++
		cost = cost.Plus(table.EarlyDeletion(max(0, a.Size), age))
	}
	stay := humane.Duration(table.MinimumStay())
	if early == 0 {
		p.ui.say("firn: all of them have stayed for %s, so deleting them costs nothing", stay)
		return nil
	}
	p.ui.say("firn: %s of them stayed for less than %s: deleting them now costs about %s (%s in %s as of %s)",
		humane.Count(early, "archive"), stay, money(cost), table.Service, table.Region, table.AsOf.Format("2006-01-02"))
	if cost.Doubtful() {
		p.ui.say("firn: %s", doubtLegend)
	}
	return nil
}

// confirmName asks for a name to be typed. What destroys a whole vault is done
// only then, or with --yes; without a terminal nobody can be asked.
func (p *program) confirmName(ctx context.Context, question, name string) error {
	file, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return withHint(refusedError("nobody is there to answer %q, so nothing was done", question),
			"if you mean it: "+p.typedWith("--yes"))
	}
	defer p.busy.Store(p.busy.Swap(false)) // nothing is in flight while somebody thinks
	p.ui.say("%s", show(question))
	p.ui.ask("type its name, " + show(name) + ", to go on: ")
	answer, err := bufio.NewReader(file).ReadString('\n')
	p.ui.answered()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("reading the answer: %w", err)
	case strings.TrimSpace(answer) != name:
		return refusedError("that is not the vault's name, so nothing was done")
	}
	return nil
}
