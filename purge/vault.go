package purge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/internal/humane"
	"firn/vault"
)

// VaultAdmin is the account or directory that contains a vault. A vaulturl.Place is one.
type VaultAdmin interface {
	// URL returns the canonical URL of the vault with that name.
	URL(name string) string
	// DescribeVault describes one vault. ErrNotFound: it does not exist.
	DescribeVault(ctx context.Context, name string) (vault.Info, error)
	// DeleteVault removes an empty vault. ErrInvalid: it is not empty, or was not empty when it
	// last counted its archives, or was written to since.
	DeleteVault(ctx context.Context, name string) error
}

// RemoveOptions says how to remove a vault that was purged. The zero value waits until the
// vault can be removed.
type RemoveOptions struct {
	// NoWait tries once. If the vault cannot be removed yet, the error wraps vault.ErrNotReady
	// and contains the time to try again.
	NoWait bool
}

// Intervals between attempts to remove a vault that has not counted its archives yet, which it
// does about once a day.
const (
	firstTry = time.Minute
	longTry  = time.Hour
	everyDay = 24 * time.Hour
)

// maxRounds is how often Remove calls again.
const maxRounds = 3

// Remove removes a vault of which every archive was deleted. The service refuses that until its
// own inventory, made about daily, has counted no archives ("Deleting a vault" in the developer
// guide). So Remove tries again, at intervals of up to an hour. If the vault does not exist,
// Remove returns nil.
//
// If the vault counts its archives after they were deleted and finds some, Remove calls again,
// which purges the vault once more. If again returns an error, Remove returns it. If again is
// nil, Remove fails and the vault stays.
//
// Remove does not use the depot's Vault, which may be nil: a directory that is open as a vault
// cannot be removed. The record is required, because it has the time at which the vault was
// emptied.
func Remove(ctx context.Context, d depot.Depot, admin VaultAdmin, name string, o RemoveOptions, again func(context.Context) error) error {
	if !d.HasRecord() {
		return vault.Errorf(vault.ErrInvalid, "the catalog does not say when vault %q was emptied", name)
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	r := &removal{RemoveOptions: o, Run: run, admin: admin, name: name, again: again}
	for pace := firstTry; ; pace = min(longTry, 2*pace) {
		refusal, err := r.try(ctx)
		if err != nil || refusal == nil {
			return err
		}
		again, err := r.explain(ctx, refusal)
		switch {
		case err != nil:
			return err
		case again:
			pace = firstTry
			continue
		}
		if err := r.pause(ctx, pace); err != nil {
			return err
		}
	}
}

// removal is one call of Remove.
type removal struct {
	RemoveOptions
	depot.Run
	admin  VaultAdmin
	name   string
	again  func(context.Context) error
	first  *vault.Info // the vault at the first refusal since it was emptied
	rounds int
}

// try deletes the vault. It returns a refusal that may be temporary as refusal, and other
// errors as err.
func (r *removal) try(ctx context.Context) (refusal, err error) {
	err = r.Retry().Do(ctx, func(ctx context.Context) error { return r.admin.DeleteVault(ctx, r.name) })
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return nil, nil
	case errors.Is(err, vault.ErrInvalid):
		return err, nil
	}
	return nil, err
}

// explain finds the reason of a refusal. If there are more archives, it calls r.again and
// returns true. If waiting is useless, it returns an error.
func (r *removal) explain(ctx context.Context, refusal error) (again bool, err error) {
	var info vault.Info
	err = r.Retry().Do(ctx, func(ctx context.Context) (err error) {
		info, err = r.admin.DescribeVault(ctx, r.name)
		return err
	})
	if err != nil {
		return false, err
	}
	if r.first == nil {
		r.first = &info
	}
	emptied, err := r.Journal.LastDeleted(ctx, r.admin.URL(r.name))
	if err != nil {
		return false, err
	}
	counted := info.Inventoried.After(emptied) || info.Inventoried.After(r.first.Inventoried)
	switch {
	case !counted && r.NoWait:
		back := info.Inventoried.Add(everyDay)
		if soon := r.Now().Add(longTry); back.Before(soon) {
			back = soon
		}
		return false, fmt.Errorf("the vault %q is %w to be removed: it must first take an inventory without the deleted archives, "+
			"which it does about once a day; try again about %s: %w", r.name, vault.ErrNotReady, humane.Time(back), refusal)
	case !counted:
		return false, nil
	case info.Archives > 0 && r.again != nil && r.rounds < maxRounds:
		r.rounds++
		r.first = nil
		r.Notice(fmt.Sprintf("the vault's inventory of %s lists %d more archives", humane.Time(info.Inventoried), info.Archives))
		return true, r.purgeAgain(ctx)
	case info.Archives > 0:
		return false, fmt.Errorf("the vault %q still has %d archives: %w", r.name, info.Archives, refusal)
	case r.NoWait || r.Now().Sub(info.Inventoried) > everyDay:
		return false, refusal // the vault has counted no archives, so the reason is another one
	}
	return false, nil
}

// purgeAgain has the caller empty the vault once more. The caller's own calls have their own
// grace, so the context ends as soon as the removal is to stop.
func (r *removal) purgeAgain(ctx context.Context) error {
	ctx, stop := r.UntilDrained(ctx)
	defer stop()
	return r.again(ctx)
}

func (r *removal) pause(ctx context.Context, pace time.Duration) error {
	r.Waiting(depot.Waiting{Next: r.Now().Add(pace)})
	return r.Pause(ctx, pace)
}
