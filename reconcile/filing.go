package reconcile

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"firn/internal/description"
	"firn/record"
	"firn/vault"
)

// A block of entries is recorded in one transaction. It is large enough that the cost of a
// transaction is small, and its text fits easily into memory.
const (
	blockEntries = 5_000
	blockText    = 4 << 20 // bytes of ids, descriptions and raw lines
)

// filing is an inventory that is being recorded, from a vault or from a file.
type filing struct {
	journal     record.InventoryJournal
	now         func() time.Time
	started     time.Time
	job         vault.JobID                                // empty for a file
	progress    func(inv record.Inventory, finishing bool) // called after each block, and before the end
	fixedDate   bool                                       // ignore the date in the list
	inventory   record.Inventory                           // the record of this inventory
	resumed     int64                                      // entries that an earlier run recorded
	alreadyRead bool                                       // an earlier run read the whole inventory
	blocks      int                                        // full blocks that this run recorded

	entries  []record.Archive
	rejects  []record.Reject
	text     int    // bytes
	position string // position behind the last of them
}

// openFiling begins to read an inventory, or continues where an earlier run ended. Until unlock
// is called, no other process can read an inventory of the vault; it gets vault.ErrLocked.
func openFiling(ctx context.Context, f filing) (_ *filing, unlock func() error, err error) {
	unlock, err = f.journal.LockVault(ctx, f.inventory.Vault, "inventory")
	if err != nil {
		return nil, nil, err
	}
	last, err := f.journal.FindInventory(ctx, f.inventory.Vault, f.inventory.Source)
	switch {
	case errors.Is(err, vault.ErrNotFound), err == nil && last.State == record.Read && !sameList(last.List, f.inventory.List):
		// Never read, or read with other options.
		f.inventory.State, f.inventory.Started = record.Reading, f.now().UTC().Round(0)
		err = f.journal.SaveInventory(ctx, &f.inventory)
	case err == nil:
		list := f.inventory.List
		f.inventory, f.resumed, f.alreadyRead = last, last.Entries, last.State == record.Read
		f.inventory.List = list
	}
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	f.entries = make([]record.Archive, 0, blockEntries)
	return &f, unlock, nil
}

func (f *filing) isRead() bool { return f.alreadyRead }

func (f *filing) jobID() vault.JobID { return f.job }

// all records all entries of a list, also those before an error.
func (f *filing) all(ctx context.Context, list iter.Seq2[vault.Entry, error]) error {
	for e, err := range list {
		if err != nil {
			if failed := f.flush(ctx); failed != nil {
				return failed // a repeated request would hide this error
			}
			return err
		}
		if err := f.add(ctx, e); err != nil {
			return err
		}
	}
	return f.flush(ctx)
}

func (f *filing) add(ctx context.Context, e vault.Entry) error {
	if f.inventory.Entries == 0 && len(f.entries) == 0 && len(f.rejects) == 0 {
		f.setDate(e.AsOf)
	}
	f.position = e.Next
	f.text += len(e.ID) + len(e.ETag) + len(e.Description) + len(e.Bad) + len(e.Raw)
	if e.Bad != "" {
		f.rejects = append(f.rejects, record.Reject{
			Vault: f.inventory.Vault, Inventory: f.inventory.Key, Reason: strings.Clone(e.Bad), Raw: strings.Clone(e.Raw),
		})
	} else {
		f.entries = append(f.entries, f.archive(e.Archive))
	}
	if len(f.entries)+len(f.rejects) < blockEntries && f.text < blockText {
		return nil
	}
	f.blocks++
	return f.flush(ctx)
}

// setDate takes the date of the list from the vault. A date in the future would make new
// archives look long gone, so it is replaced by the present.
func (f *filing) setDate(asOf time.Time) {
	if f.fixedDate {
		return
	}
	if now := f.now(); asOf.After(now) {
		asOf = now
	}
	if !asOf.IsZero() {
		f.inventory.Date = asOf.UTC().Round(0)
	}
}

// archive returns the record of an entry, with the contents of its description. If the vault
// has a name for the archive, that name counts.
func (f *filing) archive(a vault.Archive) record.Archive {
	decoded := description.Decode(a.Description)
	if a.Name != "" {
		decoded.Name = a.Name
	}
	dated := a.Created
	if a.ETag == "" {
		dated = time.Time{}
	}
	return record.Archive{
		Vault: f.inventory.Vault, ID: a.ID, Name: decoded.Name, ModTime: decoded.ModTime, Tool: decoded.Tool,
		Description: a.Description, Size: a.Size, TreeHash: a.TreeHash, Created: a.Created, ETag: a.ETag, Dated: dated,
	}
}

// flush records the entries that wait.
func (f *filing) flush(ctx context.Context) error {
	if len(f.entries)+len(f.rejects) == 0 {
		return nil
	}
	err := f.journal.SaveEntries(ctx, &f.inventory, f.entries, f.rejects, f.position)
	if err != nil {
		return err
	}
	clear(f.entries) // frees the text
	clear(f.rejects)
	f.entries, f.rejects, f.text = f.entries[:0], f.rejects[:0], 0
	f.progress(f.inventory, false)
	return nil
}

// finish computes the new states of the archives from the whole list.
func (f *filing) finish(ctx context.Context) error {
	f.progress(f.inventory, true)
	return f.journal.FinishInventory(ctx, &f.inventory)
}

func (f *filing) report() Report {
	return Report{
		Inventory: f.inventory, Job: f.job, Resumed: f.resumed, Elapsed: f.now().Sub(f.started), AlreadyRead: f.alreadyRead,
	}
}
