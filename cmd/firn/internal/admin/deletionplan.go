package admin

import (
	"context"
	"errors"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault/vaulturl"
)

// deletionPlanObject is what a dry run would delete, on standard output.
type deletionPlanObject struct {
	MessageType string  `json:"message_type"`
	Vault       string  `json:"vault"`
	Archives    int     `json:"archives"`
	Bytes       int64   `json:"bytes"`              // of the archives whose size is known
	Unknown     int     `json:"of_unknown_size"`    // of the archives
	AndVault    bool    `json:"and_vault"`          // the vault would be deleted, too
	EarlyUSD    float64 `json:"early_deletion_usd"` // for deleting before the end of the minimum stay
	PricesAsOf  string  `json:"prices_as_of"`       // empty if nothing is charged
}

// planDeletion calls choose with the catalog and the URL of a vault, and prints what the chosen
// archives are and cost. It sends no request and creates no catalog.
func planDeletion(
	ctx context.Context, p *cli.Program, vaultArg string, andVault bool,
	choose func(c *catalog.Catalog, url string, add func(record.Archive)) error,
) (err error) {
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	url := place.URL(place.Name)
	table, err := p.Prices(url, place.Class)
	if err != nil {
		return err
	}
	c, err := p.OpenKnownCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	o := deletionPlanObject{MessageType: "deletion_plan", Vault: url, AndVault: andVault}
	cost := earlyDeletion{table: table, now: p.Now()}
	err = choose(c, url, func(a record.Archive) {
		cost.add(a)
		o.Archives++
		o.Bytes += max(0, a.Size)
		if a.Size < 0 {
			o.Unknown++
		}
	})
	if err != nil {
		return err
	}
	o.EarlyUSD = cost.cost.USD
	if !table.IsFree() {
		o.PricesAsOf = table.Day()
	}
	if p.JSON {
		return p.Out.Object(o)
	}
	what := humane.Count(o.Archives, "archive") + ", " + cli.SumText(o.Bytes, o.Unknown)
	if andVault {
		what += ", and the vault itself"
	}
	p.Out.Line("%s, would be deleted from %s", what, term.Show(url))
	if text := cost.text(); text != "" {
		p.Out.Line("%s", term.Show(text))
	}
	return nil
}
