package glaciervault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/vault"
	"firn/vault/administration"
	"firn/vault/inventory"
)

// maxCapacity is the largest number of capacity units that is accepted. Real lists are much
// shorter: an account can buy two.
const maxCapacity = 1000

// Capacity lists the units of provisioned capacity of the account in the region, which may
// be none.
func (a *Account) Capacity(ctx context.Context) ([]administration.CapacityUnit, error) {
	var units []administration.CapacityUnit
	err := a.call(ctx, "list the provisioned capacity", func() error {
		units = nil
		out, err := a.client.ListProvisionedCapacity(ctx, &glacier.ListProvisionedCapacityInput{AccountId: &a.id})
		if err != nil {
			return err
		}
		if n := len(out.ProvisionedCapacityList); n > maxCapacity {
			return vault.Errorf(vault.ErrInvalid, "the list makes no sense: it has %d units", n)
		}
		for _, d := range out.ProvisionedCapacityList {
			unit, err := parseUnit(d)
			if err != nil {
				return vault.Errorf(vault.ErrInvalid, "the list makes no sense: %w", err)
			}
			units = append(units, unit)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return units, nil
}

func parseUnit(d types.ProvisionedCapacityDescription) (unit administration.CapacityUnit, err error) {
	unit.ID = aws.ToString(d.CapacityId)
	if !inventory.IsID(unit.ID) {
		return unit, fmt.Errorf("no unit has the id %.300q", unit.ID)
	}
	if unit.Start, err = parseTime(d.StartDate); err != nil {
		return unit, err
	}
	unit.End, err = parseTime(d.ExpirationDate)
	return unit, err
}

// BuyCapacity buys one unit for a month and returns its id. Each call buys another one.
// After ErrUnavailable it is unknown whether one was bought, so the caller looks at
// Capacity before it calls again. ErrInvalid: the account may have no more units.
func (a *Account) BuyCapacity(ctx context.Context) (id string, err error) {
	err = a.call(ctx, "buy provisioned capacity", func() error {
		out, err := a.client.PurchaseProvisionedCapacity(ctx, &glacier.PurchaseProvisionedCapacityInput{AccountId: &a.id})
		if err != nil {
			return err
		}
		id, err = idIn(out.CapacityId, "id of a unit")
		return err
	})
	return id, err
}
