package admin

import (
	"context"
	"fmt"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/purge"
	"firn/record"
)

// approve shows how many archives are about to be deleted, and the cost, and asks.
func (p *purging) approve(ctx context.Context, plan purge.Plan) error {
	if plan.Uploads > 0 && p.andVault {
		return cli.WithHint(cli.RefusedError("the vault has %s, which deleting it would remove; nothing was deleted",
			humane.Count(plan.Uploads, "unfinished upload")),
			"to list them: "+term.ShellCommand("firn", "multipart", "list", p.url),
			"to remove one: "+term.ShellCommand("firn", "multipart", "abort", p.url)+" UPLOAD")
	}
	if plan.Archives == 0 && !p.andVault {
		p.program.Empty("no archives to delete in "+p.program.VaultTitle(ctx, p.url),
			append(p.program.DirectoryHint(p.url), "to delete the vault itself: "+term.ShellCommand("firn", "vault", "delete", p.vaultArg))...)
		return nil
	}
	if err := p.tellPlan(ctx, plan); err != nil || p.yes {
		return err
	}
	what := fmt.Sprintf("%s of %s", humane.Count(plan.Archives, "archive"), p.url)
	if p.andVault {
		what += " and the vault itself"
	}
	defer p.program.Idle()()
	return p.program.ConfirmTyped(ctx, "delete "+what+" permanently?", "the vault's name", p.place.Name)
}

// planPurge prints how many archives of the catalog would be deleted, and the cost.
func planPurge(ctx context.Context, p *cli.Program, vaultArg string, o purgeOptions) error {
	err := planDeletion(ctx, p, vaultArg, o.andVault, func(c *catalog.Catalog, url string, add func(record.Archive)) error {
		for a, err := range c.Present(ctx, url, 0, "") {
			if err != nil {
				return err
			}
			add(a)
		}
		return nil
	})
	if err == nil && !o.noInventory {
		p.Notice("these are the archives on record; a purge takes an inventory first, which may list more")
	}
	return err
}

func (p *purging) tellPlan(ctx context.Context, plan purge.Plan) error {
	if p.program.Quiet && p.yes {
		return nil
	}
	text := fmt.Sprintf("%s, %s, to be deleted", humane.Count(plan.Archives, "archive"), cli.SumText(plan.Bytes, plan.Unknown))
	if plan.Begun > 0 {
		text += fmt.Sprintf("; for %d of them it is unknown whether an earlier run deleted them", plan.Begun)
	}
	p.program.UI.Say("firn: %s", text)
	if plan.Uploads > 0 {
		p.program.UI.Say("firn: the vault also has %s, which a purge does not remove: %s", humane.Count(plan.Uploads, "unfinished upload"),
			term.ShellCommand("firn", "multipart", "list", p.url))
	}
	cost, err := p.earlyCost(ctx, plan)
	if err == nil && cost != "" {
		p.program.UI.Say("firn: %s", cost)
	}
	return err
}

// earlyCost returns text about the cost of deleting the archives before the end of the minimum
// stay. It is empty if there is none.
func (p *purging) earlyCost(ctx context.Context, plan purge.Plan) (string, error) {
	table, err := p.program.Prices(p.url, p.place.Class)
	if err != nil || table.IsFree() {
		return "", err
	}
	cost := earlyDeletion{table: table, now: plan.Until}
	for a, err := range p.catalog.Present(ctx, p.url, 0, "") {
		if err != nil {
			return "", err
		}
		if !a.Created.After(plan.Until) {
			cost.add(a)
		}
	}
	return cost.text(), nil
}
