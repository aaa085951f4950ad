package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/administration"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

const vaultCapacityLong = `List the provisioned capacity of an account in a region, or buy a capacity unit.

A unit guarantees that Expedited retrievals are accepted: at least three every
five minutes, at up to 150 MB/s. Without one, they may be rejected when demand
is high. An account can have two units. A unit is paid for a month, whether it
is used or not, and cannot be returned. firn shows the price first; --max-cost
sets a limit.

ACCOUNT is the URL of any vault of the account, or glacier:// with a region.`

const vaultCapacityExample = `  firn vault capacity
  firn vault capacity 'glacier://?region=us-west-2' --buy --max-cost 100`

// capacityOptions are the options of firn vault capacity.
type capacityOptions struct {
	buy     bool
	yes     bool
	maxCost cli.DollarsFlag
	dryRun  bool
}

func newVaultCapacity(p *cli.Program) *cobra.Command {
	var o capacityOptions
	cmd := &cobra.Command{
		Use:     "capacity [ACCOUNT]",
		Short:   "List or buy provisioned capacity",
		Long:    vaultCapacityLong,
		Example: vaultCapacityExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !o.buy && (cmd.Flags().Changed("yes") || cmd.Flags().Changed("max-cost") || cmd.Flags().Changed("dry-run")) {
				return cli.WithHint(cli.UsageError("--yes, --max-cost and --dry-run require --buy"), cli.HelpHint(cmd))
			}
			return inAccount(cmd.Context(), p, args, func(place *vaulturl.Place) error {
				return runCapacity(cmd.Context(), p, place, o)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.buy, "buy", false, "buy one unit for a month, after asking")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	f.Var(&o.maxCost, "max-cost", "refuse a price above `USD`")
	cli.AddDryRun(f, &o.dryRun)
	p.AddPrices(f)
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusRefused)...)
}

func runCapacity(ctx context.Context, p *cli.Program, place *vaulturl.Place, o capacityOptions) error {
	admin, err := accountOf(place, vaulturl.Capacity)
	if err != nil {
		return err
	}
	if o.buy {
		return buyCapacity(ctx, p, place, admin, o)
	}
	units, err := capacityUnits(ctx, p, admin)
	if err != nil {
		return err
	}
	return listCapacity(p, place, units)
}

func capacityUnits(ctx context.Context, p *cli.Program, admin *glaciervault.Account) (units []administration.CapacityUnit, err error) {
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		units, err = admin.Capacity(ctx)
		return err
	})
	return units, err
}

// capacityObject is a capacity unit on standard output.
type capacityObject struct {
	MessageType string     `json:"message_type"`
	Account     string     `json:"account"` // a URL that names no vault
	CapacityID  string     `json:"capacity_id"`
	Start       *time.Time `json:"start"` // null for a unit that was bought just now
	End         *time.Time `json:"end"`   // likewise
}

func listCapacity(p *cli.Program, place *vaulturl.Place, units []administration.CapacityUnit) error {
	table := term.NewTable(p.Out, term.Column{Title: "CAPACITY ID"}, term.Column{Title: "START"}, term.Column{Title: "END"})
	for _, u := range units {
		if p.JSON {
			if err := p.Out.Object(capacityObject{"capacity", place.URL(""), u.ID, &u.Start, &u.End}); err != nil {
				return err
			}
			continue
		}
		table.Add(u.ID, humane.Time(u.Start), humane.Time(u.End))
	}
	table.End()
	if len(units) == 0 {
		p.Empty("no provisioned capacity in "+placeText(place), "to buy a unit: "+term.ShellCommand("firn", "vault", "capacity", place.URL(""), "--buy"))
	}
	return nil
}

func buyCapacity(ctx context.Context, p *cli.Program, place *vaulturl.Place, admin *glaciervault.Account, o capacityOptions) error {
	url := place.URL("")
	if err := tellCapacityCost(p, url, o); err != nil {
		return err
	}
	if o.dryRun {
		return planned(p, plannedObject{Operation: "PurchaseProvisionedCapacity", Vault: url})
	}
	before, err := capacityUnits(ctx, p, admin)
	if err != nil {
		return err
	}
	if !o.yes {
		if before, err = approveCapacity(ctx, p, admin, url, before); err != nil {
			return err
		}
	}
	id, err := buyOnce(ctx, p, admin, url, before)
	if err != nil {
		return err
	}
	if p.JSON {
		return p.Out.Object(capacityObject{MessageType: "capacity", Account: url, CapacityID: id})
	}
	p.Out.Line("%s", term.Show(id))
	return nil
}

// approveCapacity asks, and returns the units of the account after the answer. It refuses if
// somebody else has bought a unit before the answer: the answer did not include that unit, and
// buyOnce must not take it for its own.
func approveCapacity(
	ctx context.Context, p *cli.Program, admin *glaciervault.Account, url string, shown []administration.CapacityUnit,
) ([]administration.CapacityUnit, error) {
	question := fmt.Sprintf("buy a unit of capacity in %s for a month? It has %d", url, len(shown))
	if err := p.Confirm(ctx, question); err != nil {
		return nil, err
	}
	now, err := capacityUnits(ctx, p, admin)
	if err == nil && len(now) > len(shown) {
		err = cli.RefusedError("somebody else has bought capacity meanwhile: the account has %s now; nothing was bought",
			humane.Count(len(now), "unit"))
	}
	return now, err
}

// tellCapacityCost shows the price of a unit, and refuses a price above --max-cost.
func tellCapacityCost(p *cli.Program, url string, o capacityOptions) error {
	table, err := p.Prices(url, "")
	if err != nil || table.IsFree() {
		return err
	}
	cost := table.Capacity(1)
	text := fmt.Sprintf("a unit costs %s for a month, whether it is used or not (%s; look up yours)",
		cli.Money(cost), table.Basis())
	switch limit := o.maxCost; {
	case limit.Given && cost.USD > limit.USD:
		return cli.RefusedError("%s, and --max-cost is %s", text, cli.Dollars(limit.USD))
	case !p.Quiet || !o.yes:
		p.UI.Say("firn: %s", term.Show(text))
	}
	return nil
}

// buyOnce buys one unit. If the answer is lost it does not repeat the request, which could buy
// a second unit, but compares the units of the account with those before.
func buyOnce(ctx context.Context, p *cli.Program, admin *glaciervault.Account, url string, before []administration.CapacityUnit) (id string, err error) {
	look := "before you buy another, check whether one was bought: " + term.ShellCommand("firn", "vault", "capacity", url)
	p.BeginWork(look)
	ctx = context.WithoutCancel(ctx)
	var lost error
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		if id, err = admin.BuyCapacity(ctx); errors.Is(err, vault.ErrUnavailable) {
			lost, err = err, nil
		}
		return err
	})
	if err != nil || lost == nil {
		return id, err
	}
	after, err := capacityUnits(ctx, p, admin)
	if err != nil {
		return "", cli.WithHint(errors.Join(lost, err), look)
	}
	for _, u := range after {
		if !slices.ContainsFunc(before, func(b administration.CapacityUnit) bool { return b.ID == u.ID }) {
			return u.ID, nil
		}
	}
	return "", cli.WithHint(fmt.Errorf("%w; the account has no more units than before", lost), look)
}
