package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"firn/internal/humane"
	"firn/vault"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

const vaultCapacityLong = `Lists the units of provisioned capacity of an account in a region, or buys one.

A unit makes sure that Expedited retrievals are taken at all times: at least three
every five minutes, at up to 150 MB/s. Without one they may be refused when many
people ask. An account has up to two.

ACCOUNT is the URL of any vault of the account, or glacier:// with its region. A
unit is paid for a month, whether it is used or not, and cannot be given back. The
price is shown first; --max-cost refuses a higher one.`

const vaultCapacityExample = `  firn vault capacity
  firn vault capacity 'glacier://?region=us-west-2' --buy --max-cost 100`

// capacityOptions are the options of firn vault capacity.
type capacityOptions struct {
	buy     bool
	yes     bool
	maxCost dollarsFlag
	dryRun  bool
}

func (p *program) newVaultCapacity() *cobra.Command {
	var o capacityOptions
	cmd := &cobra.Command{
		Use:     "capacity [ACCOUNT]",
		Short:   "List or buy capacity for Expedited retrievals",
		Long:    vaultCapacityLong,
		Example: vaultCapacityExample,
		Args:    takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inAccount(cmd.Context(), args, func(place *vaulturl.Place) error {
				return p.capacity(cmd.Context(), place, o)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.buy, "buy", false, "buy one more unit, for a month, after asking")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.Var(&o.maxCost, "max-cost", "buy nothing that costs more than this")
	addDryRun(f, &o.dryRun)
	p.addPrices(f)
	return exits(cmd, append(vaultStatuses(), statusRefused)...)
}

func (p *program) capacity(ctx context.Context, place *vaulturl.Place, o capacityOptions) error {
	admin, err := place.Account(vaulturl.Capacity)
	if err != nil {
		return err
	}
	if o.buy {
		return p.buyCapacity(ctx, place, admin, o)
	}
	units, err := p.capacityUnits(ctx, admin)
	if err != nil {
		return err
	}
	return p.listCapacity(place, units)
}

func (p *program) capacityUnits(ctx context.Context, admin *glaciervault.Account) (units []vault.CapacityUnit, err error) {
	err = p.retry(ctx, func(ctx context.Context) (err error) {
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
	Start       *time.Time `json:"start"` // null of one that was bought just now
	End         *time.Time `json:"end"`   // likewise
}

func (p *program) listCapacity(place *vaulturl.Place, units []vault.CapacityUnit) error {
	table := newRows(p.out, true, "CAPACITY ID", "START", "END")
	for _, u := range units {
		if p.json {
			if err := p.out.object(capacityObject{"capacity", place.URL(""), u.ID, &u.Start, &u.End}); err != nil {
				return err
			}
			continue
		}
		table.add(u.ID, humane.Time(u.Start), humane.Time(u.End))
	}
	table.end()
	if len(units) == 0 {
		p.notice("the account has no provisioned capacity in this region")
	}
	return nil
}

func (p *program) buyCapacity(ctx context.Context, place *vaulturl.Place, admin *glaciervault.Account, o capacityOptions) error {
	url := place.URL("")
	if err := p.tellCapacityCost(url, o); err != nil {
		return err
	}
	if o.dryRun {
		return p.planned(plannedObject{Operation: "PurchaseProvisionedCapacity", Vault: url})
	}
	before, err := p.capacityUnits(ctx, admin)
	if err != nil {
		return err
	}
	if !o.yes {
		if before, err = p.approveCapacity(ctx, admin, url, before); err != nil {
			return err
		}
	}
	id, err := p.buyOnce(ctx, admin, url, before)
	if err != nil {
		return err
	}
	if p.json {
		return p.out.object(capacityObject{MessageType: "capacity", Account: url, CapacityID: id})
	}
	p.out.line("%s", show(id))
	return nil
}

// approveCapacity asks, and returns what the account has after the answer: what
// somebody else bought while the question stood is not taken for ours, and is not what
// the answer was about.
func (p *program) approveCapacity(
	ctx context.Context, admin *glaciervault.Account, url string, shown []vault.CapacityUnit,
) ([]vault.CapacityUnit, error) {
	question := fmt.Sprintf("buy a unit of capacity in %s for a month? It has %d", url, len(shown))
	if err := p.confirm(ctx, question); err != nil {
		return nil, err
	}
	now, err := p.capacityUnits(ctx, admin)
	if err == nil && len(now) > len(shown) {
		err = refusedError("somebody else has bought capacity meanwhile: the account has %s now; nothing was bought",
			humane.Count(len(now), "unit"))
	}
	return now, err
}

// tellCapacityCost shows what a unit costs, and refuses one that is too dear.
func (p *program) tellCapacityCost(url string, o capacityOptions) error {
	table, err := p.prices(url, "")
	if err != nil || table.IsFree() {
		return err
	}
	cost := table.Capacity(1)
	text := fmt.Sprintf("a unit costs %s for a month, whether it is used or not (%s; look up yours)",
		money(cost), table.Basis())
	switch limit := o.maxCost; {
	case limit.given && cost.USD > limit.usd:
		return refusedError("%s, and --max-cost is %s", text, dollars(limit.usd))
	case !p.quiet || !o.yes:
		p.ui.say("firn: %s", show(text))
	}
	return nil
}

// buyOnce buys one unit, and never a second one because the answer about the first was
// lost: then the account is looked at.
func (p *program) buyOnce(ctx context.Context, admin *glaciervault.Account, url string, before []vault.CapacityUnit) (id string, err error) {
	look := "whether one was bought, before you buy another: " + shellCommand("firn", "vault", "capacity", url)
	p.beginWork(look)
	ctx = context.WithoutCancel(ctx)
	var lost error
	err = p.retry(ctx, func(ctx context.Context) (err error) {
		if id, err = admin.BuyCapacity(ctx); errors.Is(err, vault.ErrUnavailable) {
			lost, err = err, nil
		}
		return err
	})
	if err != nil || lost == nil {
		return id, err
	}
	after, err := p.capacityUnits(ctx, admin)
	if err != nil {
		return "", withHint(errors.Join(lost, err), look)
	}
	for _, u := range after {
		if !slices.ContainsFunc(before, func(b vault.CapacityUnit) bool { return b.ID == u.ID }) {
			return u.ID, nil
		}
	}
	return "", withHint(fmt.Errorf("%w; the account has no more units than before", lost), look)
}
