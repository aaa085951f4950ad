package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"firn/server/internal/notes"
	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// maxCapacity is how many units of provisioned capacity an account may have at a
// time (Amazon Glacier developer guide, "Purchase Provisioned Capacity").
const maxCapacity = 2

// capacityNote is the document with the units of an account.
const capacityNote = "provisioned-capacity"

// capacityUnit is a unit of provisioned capacity in the document. Expedited retrievals need none
// at this server. A client can buy one all the same, since clients of the service do.
type capacityUnit struct {
	ID      string
	Start   time.Time
	Expires time.Time
}

// purchaseCapacity adds a unit for a month.
func (a *account) purchaseCapacity(ctx context.Context, _ *call) (wire.Reply, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	units, err := a.capacity(ctx)
	if err != nil {
		return wire.Reply{}, err
	}
	if len(units) >= maxCapacity {
		return wire.Reply{}, refusal.LimitExceeded("The limit of two units of provisioned capacity has been reached.")
	}
	now := a.options.Now().UTC()
	unit := capacityUnit{ID: wire.NewShortID(), Start: now, Expires: monthAfter(now)}
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{"x-amz-capacity-id": unit.ID},
	}, a.notes.Write(ctx, notes.OfAccount, capacityNote, append(units, unit))
}

// monthAfter returns the same day and time of the next month, without a fraction of a second.
// If the next month has no such day, it is the last day of the month.
func monthAfter(t time.Time) time.Time {
	first := time.Date(t.Year(), t.Month()+1, 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), lastDay)-1)
}

func (a *account) listCapacity(ctx context.Context, _ *call) (wire.Reply, error) {
	units, err := a.capacity(ctx)
	if err != nil {
		return wire.Reply{}, err
	}
	type description struct {
		CapacityID     string `json:"CapacityId"`
		ExpirationDate *string
		StartDate      *string
	}
	list := []description{}
	for _, unit := range units {
		list = append(list, description{CapacityID: unit.ID, StartDate: wire.Date(unit.Start), ExpirationDate: wire.Date(unit.Expires)})
	}
	return wire.Reply{Status: http.StatusOK, Body: struct{ ProvisionedCapacityList []description }{list}}, nil
}

// capacity returns the units that have not expired.
func (a *account) capacity(ctx context.Context) ([]capacityUnit, error) {
	var units []capacityUnit
	if err := a.notes.Read(ctx, notes.OfAccount, capacityNote, &units); err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	now := a.options.Now()
	return slices.DeleteFunc(units, func(u capacityUnit) bool { return !now.Before(u.Expires) }), nil
}
