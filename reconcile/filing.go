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

// A block of entries is filed in one transaction: as many as make its own cost
// small, in no more text than memory should hold.
const (
	blockEntries = 5_000
	blockText    = 4 << 20 // bytes of ids, descriptions and raw lines
)

// filing is an inventory on its way into the record, from wherever it comes.
type filing struct {
	journal   record.InventoryJournal
	now       func() time.Time
	begin     time.Time
	job       vault.JobID                                // empty of a file
	told      func(inv record.Inventory, finishing bool) // after each block, and before the end
	fixedDate bool                                       // the list's own date does not count
	inventory record.Inventory                           // as it is on record
	resumed   int64                                      // entries filed by an earlier run
	already   bool                                       // an earlier run has read it to its end
	blocks    int                                        // whole ones that were filed by this run

	entries  []record.Archive
	rejects  []record.Reject
	text     int    // bytes
	position string // behind the last of them
}

// openFiling begins to read an inventory, or goes on where an earlier run was. It
// is the only one for its vault until unlock is called; vault.ErrLocked means
// that another process is.
func openFiling(ctx context.Context, f filing) (_ *filing, unlock func() error, err error) {
	unlock, err = f.journal.LockVault(ctx, f.inventory.Vault, "inventory")
	if err != nil {
		return nil, nil, err
	}
	last, err := f.journal.FindInventory(ctx, f.inventory.Vault, f.inventory.Source)
	switch {
	case errors.Is(err, vault.ErrNotFound), err == nil && last.State == record.Read && !sameList(last.List, f.inventory.List):
		// Never read, or read as something else than it is now said to be.
		f.inventory.State, f.inventory.Started = record.Reading, f.now().UTC().Round(0)
		err = f.journal.SaveInventory(ctx, &f.inventory)
	case err == nil:
		list := f.inventory.List
		f.inventory, f.resumed, f.already = last, last.Entries, last.State == record.Read
		f.inventory.List = list
	}
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	f.entries = make([]record.Archive, 0, blockEntries)
	return &f, unlock, nil
}

func (f *filing) isRead() bool { return f.already }

func (f *filing) jobID() vault.JobID { return f.job }

// all files what a list yields. What came before an error is filed, too.
func (f *filing) all(ctx context.Context, list iter.Seq2[vault.Entry, error]) error {
	for e, err := range list {
		if err != nil {
			if failed := f.flush(ctx); failed != nil {
				return failed // of which the next try would not hear
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
		f.date(e.AsOf)
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

// date takes over when the vault says that it made the list. A date that is still
// to come would make archives look long gone that are only new.
func (f *filing) date(asOf time.Time) {
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

// archive is an entry as the record has it, with what its description hides. The
// vault's own name for it goes before.
func (f *filing) archive(a vault.Archive) record.Archive {
	said := description.Decode(a.Description)
	if a.Name != "" {
		said.Name = a.Name
	}
	dated := a.Created
	if a.ETag == "" {
		dated = time.Time{}
	}
	return record.Archive{
		Vault: f.inventory.Vault, ID: a.ID, Name: said.Name, ModTime: said.ModTime, Tool: said.Tool,
		Description: a.Description, Size: a.Size, TreeHash: a.TreeHash, Created: a.Created, ETag: a.ETag, Dated: dated,
	}
}

// flush files the entries that wait.
func (f *filing) flush(ctx context.Context) error {
	if len(f.entries)+len(f.rejects) == 0 {
		return nil
	}
	err := f.journal.SaveEntries(ctx, &f.inventory, f.entries, f.rejects, f.position)
	if err != nil {
		return err
	}
	clear(f.entries) // so that no text is held on to
	clear(f.rejects)
	f.entries, f.rejects, f.text = f.entries[:0], f.rejects[:0], 0
	f.told(f.inventory, false)
	return nil
}

// finish works out what the whole list means.
func (f *filing) finish(ctx context.Context) error {
	f.told(f.inventory, true)
	return f.journal.FinishInventory(ctx, &f.inventory)
}

func (f *filing) report() Report {
	return Report{
		Inventory: f.inventory, Job: f.job, Resumed: f.resumed, Elapsed: f.now().Sub(f.begin), AlreadyRead: f.already,
	}
}
