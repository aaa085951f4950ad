// Package purge deletes the archives of a vault, and the vault.
package purge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firn/depot"
	"firn/reconcile"
	"firn/record"
	"firn/vault"
)

// Options says how to purge a vault. The zero value takes an inventory and deletes every
// archive.
type Options struct {
	// CatalogOnly deletes the archives on record and takes no inventory. Archives that are not
	// on record stay.
	CatalogOnly bool
	// Fresh takes an inventory even if one was read within the last day, as after a purge that
	// was killed.
	Fresh bool
	// Until spares archives that were created later. Default: the time of the plan, so that
	// no archive is deleted that was not approved.
	Until time.Time
	// NoWait returns a jobs.NotReadyError instead of waiting for the inventory.
	NoWait bool
	// Concurrency is the number of requests in flight; fewer if the service asks for a lower
	// rate. Default 8.
	Concurrency int
}

// Plan counts the archives that will be deleted.
type Plan struct {
	Archives int   // archives to delete
	Bytes    int64 // bytes of those whose size is known
	Unknown  int   // archives within Archives whose size is not known
	Begun    int   // archives within Archives that the vault was asked to delete before, without an answer on record
	Spared   int   // archives created after Until
	Uploads  int   // unfinished uploads of the vault, which stay
	// Until is the latest creation time of the archives that are deleted; see Options.
	Until time.Time
}

// Result counts the deleted archives.
type Result struct {
	Deleted int   // deleted archives
	Bytes   int64 // bytes of those whose size is known
	Unknown int   // archives within Deleted whose size is not known
	Refused int   // archives that the vault refused to delete, and still has
	Spared  int   // archives created after Until, which stay
	Until   time.Time
	Elapsed time.Duration
}

// maxInventoryAge is the greatest age of an inventory for a purge. A vault makes a new one
// about daily. So a purge that was killed continues without another inventory.
const maxInventoryAge = 24 * time.Hour

// Vault deletes every archive of a vault: those on record, and those that an inventory adds to
// the record. It records each request before it makes it, and the result afterwards. If it was
// killed, the next call continues, and repeats only the requests for a few archives whose
// result was not recorded, which is harmless.
//
// If the vault refuses to delete an archive, for example because of a Vault Lock, Vault deletes
// the others. Then the error wraps vault.ErrDenied or vault.ErrInvalid, and the Result counts
// the refusals. After a thousand refusals in a row, Vault gives up.
//
// Vault calls approve before the first archive is deleted. If approve returns an error, nothing
// is deleted and Vault returns that error. Vault calls approve again if more archives came on
// record meanwhile. A nil approve agrees.
//
// The vault's inventories list a deleted archive for about another day. [Remove] waits for
// that, and removes the vault.
func Vault(ctx context.Context, d depot.Depot, o Options, approve func(Plan) error) (Result, error) {
	if !d.HasRecord() {
		return Result{}, vault.Errorf(vault.ErrInvalid, "a purge needs a catalog, and there is none")
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	unlock, err := run.Journal.LockVault(ctx, run.Vault.URL(), "purge")
	if err != nil {
		return Result{}, err
	}
	p := &purge{Options: o, Run: run, VaultURL: run.Vault.URL(), approve: approve, started: run.Now()}
	err = p.run(ctx)
	p.result.Elapsed = run.Now().Sub(p.started)
	return p.result, errors.Join(err, unlock())
}

// purge is one call of Vault.
type purge struct {
	Options
	depot.Run
	VaultURL string // canonical URL, by which the record names the vault

	approve func(Plan) error
	started time.Time
	plan    Plan
	// newest is the key of the last archive on record at the time of the plan. The caller has
	// not agreed to later records, even of older archives, which another process may have read
	// from an inventory.
	newest int64

	result  Result
	deleted []vault.ArchiveID // deleted archives that are not on record as such yet
	refused []vault.ArchiveID // refused archives that are not on record as such yet
	refusal error             // error of the latest refusal
	inARow  int               // refusals since the last deletion
}

// takeInventory updates the record from the vault's inventory.
func (p *purge) takeInventory(ctx context.Context) (reconcile.Report, error) {
	age := maxInventoryAge
	if p.Fresh {
		age = 0
	}
	ctx, stop := p.UntilDrained(ctx)
	defer stop()
	return reconcile.Inventory(ctx, p.Depot, reconcile.Options{MaxAge: age, NoWait: p.NoWait})
}

func (p *purge) run(ctx context.Context) error {
	if !p.CatalogOnly {
		list, err := p.takeInventory(ctx)
		if err != nil {
			return err
		}
		if list.Bad > 0 {
			p.Notice(fmt.Sprintf("the inventory has invalid entries (%d); archives that only these entries list are kept", list.Bad))
		}
	}
	if err := p.makePlan(ctx); err != nil {
		return err
	}
	for {
		approved := p.plan
		if p.approve != nil {
			if err := p.approve(approved); err != nil {
				return err
			}
		}
		if err := p.count(ctx); err != nil { // the approved archives that are still there
			return err
		}
		left := p.plan
		if err := p.makePlan(ctx); err != nil {
			return err
		}
		hasMore := p.plan.Archives > left.Archives || left.Archives > approved.Archives || left.Bytes > approved.Bytes
		if !hasMore {
			return p.deleteAll(ctx)
		}
		p.Notice("more archives came on record meanwhile; they will be deleted, too")
	}
}

// makePlan counts the archives and uploads that are there now.
func (p *purge) makePlan(ctx context.Context) (err error) {
	if p.Until.IsZero() {
		p.Until = p.Now().UTC().Round(0)
	}
	if p.newest, err = p.Journal.NewestArchive(ctx); err != nil {
		return err
	}
	if err := p.count(ctx); err != nil {
		return err
	}
	return p.Retry().Do(ctx, func(ctx context.Context) (err error) {
		p.plan.Uploads, err = vault.CountUploads(ctx, p.Vault)
		return err
	})
}

// count counts the archives up to p.newest.
func (p *purge) count(ctx context.Context) error {
	p.plan = Plan{Until: p.Until}
	p.result.Until = p.plan.Until
	for a, err := range p.Journal.Present(ctx, p.VaultURL, p.newest, "") {
		switch {
		case err != nil:
			return err
		case p.spares(a):
			p.plan.Spared++
			continue
		case a.State == record.Deleting:
			p.plan.Begun++
		}
		p.plan.Archives++
		p.plan.Bytes += max(0, a.Size)
		if a.Size < 0 {
			p.plan.Unknown++
		}
	}
	return nil
}

// spares reports whether an archive was created too late for the plan.
func (p *purge) spares(a record.Archive) bool { return a.Created.After(p.plan.Until) }
