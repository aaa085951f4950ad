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

// Options says how to empty a vault. The zero value takes an inventory and deletes
// everything.
type Options struct {
	// CatalogOnly deletes what is on record and takes no inventory: archives that
	// the record does not know stay.
	CatalogOnly bool
	// Fresh takes an inventory even if one was asked for and read within the last
	// day, as after a purge that was killed.
	Fresh bool
	// Until spares archives that were created later. Default: the moment of the
	// plan, so that nothing is deleted that was not approved.
	Until time.Time
	// NoWait returns a jobs.NotReadyError instead of waiting for the inventory.
	NoWait bool
	// Concurrency is the number of requests in flight, fewer if the service asks to
	// slow down. Default 8.
	Concurrency int
}

// Plan is what is about to be deleted.
type Plan struct {
	Archives int   // to be deleted
	Bytes    int64 // of them, where the size is known
	Unknown  int   // of them, whose size is not known
	Begun    int   // of them, that the vault was asked to delete before, without an answer on record
	Spared   int   // archives created after Until
	Uploads  int   // unfinished uploads of the vault, which no purge touches
	// Until is up to when archives were created that are deleted; see Options.
	Until time.Time
}

// Result tells what was deleted.
type Result struct {
	Deleted int   // archives
	Bytes   int64 // of them, where the size is known
	Unknown int   // of them, whose size is not known
	Refused int   // archives that the vault refused to delete, and has
	Spared  int   // archives created after Until, which are there
	Until   time.Time
	Elapsed time.Duration
}

// inventoryWillDo is how old an inventory may be from which a vault is purged: a
// vault makes a new one about daily. So a purge that was killed goes on without
// another one.
const inventoryWillDo = 24 * time.Hour

// Vault deletes every archive of a vault: those on record and those that an
// inventory finds beside them. What is about to be deleted is on record before
// the vault is asked, and that it was, after; so a purge that was killed goes on
// where it was when it is called again, and asks again only for the few archives
// whose answer was not recorded, which is harmless.
//
// An archive that the vault refuses to delete, such as one under a Vault Lock,
// does not keep the others from being deleted. The error wraps vault.ErrDenied
// then, and the Result tells how many there are; after a thousand refusals in a row
// Vault gives up.
//
// Vault calls approve before the first archive is deleted. If approve returns an error,
// nothing is deleted and Vault returns that error. Vault calls approve again if more came on
// record meanwhile. A nil approve agrees.
//
// An archive that is deleted still shows in the vault's inventories for about a
// day. [Remove] waits for that, and removes the vault.
func Vault(ctx context.Context, d depot.Depot, o Options, approve func(Plan) error) (Result, error) {
	if !d.HasRecord() {
		return Result{}, fmt.Errorf("a purge is kept in a journal, and there is none: %w", vault.ErrInvalid)
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	unlock, err := run.Journal.LockVault(ctx, run.Vault.URL(), "purge")
	if err != nil {
		return Result{}, err
	}
	p := &purge{Options: o, Run: run, VaultURL: run.Vault.URL(), approve: approve, begin: run.Now()}
	err = p.run(ctx)
	p.result.Elapsed = run.Now().Sub(p.begin)
	return p.result, errors.Join(err, unlock())
}

// purge is one call of Vault.
type purge struct {
	Options
	depot.Run
	VaultURL string // of the vault, which is its name on record

	approve func(Plan) error
	begin   time.Time
	plan    Plan
	// newest is the last archive that was on record when the plan was made. What came
	// later was not agreed to, though it may be older: another process may have read an
	// inventory.
	newest int64

	result  Result
	deleted []vault.ArchiveID // and not yet on record as such
	refused []vault.ArchiveID // likewise
	refusal error             // of the last that was refused
	inARow  int               // refusals since the last deletion
}

// takeInventory brings the record up to what the vault lists.
func (p *purge) takeInventory(ctx context.Context) (reconcile.Report, error) {
	age := inventoryWillDo
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
			p.Notice(fmt.Sprintf("the inventory has entries that make no sense (%d); archives that only they tell of stay", list.Bad))
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
		if err := p.count(ctx); err != nil { // what is left by now of what was agreed to
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
		p.Notice("archives came on record meanwhile, which are to be deleted, too")
	}
}

// makePlan counts what is there by now.
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

// count counts the archives that are there of those up to the newest.
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

// spares reports whether an archive came too late to be in the plan.
func (p *purge) spares(a record.Archive) bool { return a.Created.After(p.plan.Until) }
