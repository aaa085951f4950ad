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

// VaultAdmin is the place that a vault is in. Package vaulturl opens such places.
type VaultAdmin interface {
	// URL returns the canonical URL of the place's vault of that name.
	URL(name string) string
	// DescribeVault tells about one vault. ErrNotFound: there is none.
	DescribeVault(ctx context.Context, name string) (vault.Info, error)
	// DeleteVault removes an empty vault. ErrInvalid: it is not empty, or was not
	// when it last counted its archives, or was written to since.
	DeleteVault(ctx context.Context, name string) error
}

// RemoveOptions says how to remove a vault that was purged. The zero value is good.
type RemoveOptions struct {
	// NoWait tries once. If the vault cannot be removed yet the error wraps
	// vault.ErrNotReady, and says when to come back.
	NoWait bool
}

// How often a vault is tried that has not seen yet that it is empty. It looks
// about once a day.
const (
	firstTry = time.Minute
	longTry  = time.Hour
	everyDay = 24 * time.Hour
)

// mostRounds is how often a vault is purged again that turns out to hold more.
const mostRounds = 3

// Remove removes a vault of which every archive was deleted. The service
// refuses that until its own inventory, made about daily, has seen the vault
// empty ("Deleting a vault" in the developer guide), so Remove tries again at
// intervals of up to an hour. A vault that is not there is no error.
//
// If the vault, counting its archives after they were deleted, has found some, Remove calls
// again: that is the time to purge it once more. An error of again ends the removal. If
// again is nil, the vault stays then.
//
// The depot's Vault is not used, and may be nil: a directory cannot be removed while it is
// open as a vault. The record is required: it has when the vault was emptied.
func Remove(ctx context.Context, d depot.Depot, admin VaultAdmin, name string, o RemoveOptions, again func(context.Context) error) error {
	if !d.HasRecord() {
		return fmt.Errorf("no journal tells when vault %q was emptied: %w", name, vault.ErrInvalid)
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	r := &removal{RemoveOptions: o, Run: run, admin: admin, name: name, again: again}
	for pace := firstTry; ; pace = min(longTry, 2*pace) {
		refusal, err := r.try(ctx)
		if err != nil || refusal == nil {
			return err
		}
		again, err := r.look(ctx, refusal)
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
	first  *vault.Info // as it was at the first refusal since the vault was emptied
	rounds int
}

// try asks the place to delete the vault. A refusal that may pass is no error.
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

// look finds out what a refusal means: that there is more to delete, which it
// does, or that it is too early, or that there is no point in waiting.
func (r *removal) look(ctx context.Context, refusal error) (again bool, err error) {
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
		return false, fmt.Errorf("the vault %q is %w to be removed: it must have counted its archives since they were deleted, "+
			"which it does about once a day; come back about %s: %w", r.name, vault.ErrNotReady, humane.Time(back), refusal)
	case !counted:
		return false, nil
	case info.Archives > 0 && r.again != nil && r.rounds < mostRounds:
		r.rounds++
		r.first = nil
		r.Notice(fmt.Sprintf("the vault has counted its archives at %s and found %d more", humane.Time(info.Inventoried), info.Archives))
		return true, r.purgeAgain(ctx)
	case info.Archives > 0:
		return false, fmt.Errorf("the vault %q still has %d archives: %w", r.name, info.Archives, refusal)
	case r.NoWait || r.Now().Sub(info.Inventoried) > everyDay:
		return false, refusal // it has seen that it is empty, and has another reason
	}
	return false, nil
}

// purgeAgain has the caller empty the vault once more. The caller's own calls have a grace
// of theirs, so the context ends as soon as the removal is to stop.
func (r *removal) purgeAgain(ctx context.Context) error {
	ctx, stop := r.UntilDrained(ctx)
	defer stop()
	return r.again(ctx)
}

// pause waits until the next try.
func (r *removal) pause(ctx context.Context, pace time.Duration) error {
	r.Waiting(depot.Waiting{Next: r.Now().Add(pace)})
	return r.Pause(ctx, pace)
}
