package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/inventory"
)

// writeOutput makes the output of an inventory job from the vault's inventory, a new
// one if that is due, durably, and fills in what follows from it.
func (v *Vault) writeOutput(ctx context.Context, d *jobDocument) error {
	if err := v.refreshInventory(ctx); err != nil {
		return err
	}
	if err := v.taking.Lock(ctx); err != nil {
		return err
	}
	defer v.taking.Unlock()
	inventory, s, err := v.openInventory(ctx)
	if err != nil {
		return err
	}
	defer inventory.Close()
	if d.List == (listDocument{}) {
		if whole, err := v.linkInventory(d, s); whole || err != nil {
			return err
		}
	}
	list := io.NewSectionReader(inventory, 0, math.MaxInt64)
	return v.fillFile(layout.JobOutput(d.ID), func(f *os.File) error {
		if d.List == (listDocument{}) {
			d.Damaged = s.Damaged
			d.Size, err = io.Copy(f, &cancelReader{ctx: ctx, r: list})
			return err
		}
		if err := v.writeListed(ctx, f, d, list, s); err != nil {
			return err
		}
		d.Size, err = f.Seek(0, io.SeekCurrent)
		return err
	})
}

// linkInventory gives the job the file of the inventory itself, which is never written
// to again, so that many jobs for one inventory take no more room than one. It reports
// false where the file system has no links.
func (v *Vault) linkInventory(d *jobDocument, s inventoryStatus) (bool, error) {
	if v.aside != nil {
		return v.linkAside(d, s)
	}
	if v.dir.Link(layout.InventoryFile, layout.JobOutput(d.ID)) != nil {
		return false, nil //nolint:nilerr // it is copied instead
	}
	info, err := v.dir.Lstat(layout.JobOutput(d.ID))
	if err == nil {
		err = durable.SyncDir(v.dir, layout.JobsDir)
	}
	if err != nil {
		return true, errors.Join(err, durable.RemoveIfThere(v.dir, layout.JobOutput(d.ID)))
	}
	d.Damaged, d.Size = s.Damaged, info.Size()
	return true, nil
}

// linkAside is linkInventory where nothing is written into the vault. An inventory that
// lies in the vault itself is copied aside, once for all jobs.
func (v *Vault) linkAside(d *jobDocument, s inventoryStatus) (bool, error) {
	f, err := v.openFile(layout.InventoryFile)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	linked := v.aside.link(layout.InventoryFile, layout.JobOutput(d.ID))
	if !linked {
		copied := func(to *os.File) error {
			_, err := io.Copy(to, io.NewSectionReader(f, 0, info.Size()))
			return err
		}
		if err := v.aside.fill(layout.InventoryFile, copied); err != nil {
			return false, err
		}
		linked = v.aside.link(layout.InventoryFile, layout.JobOutput(d.ID))
	}
	d.Damaged, d.Size = s.Damaged, info.Size()
	return linked, nil
}

// writeListed writes those entries of an inventory that a job asked for.
func (v *Vault) writeListed(ctx context.Context, to io.Writer, d *jobDocument, list io.Reader, s inventoryStatus) error {
	w, err := inventory.NewWriter(to, d.List.CSV, v.inventoryHead(s.Inventoried))
	if err != nil {
		return err
	}
	listed := int64(0)
	for e, err := range inventory.NewReader(&cancelReader{ctx: ctx, r: list}, false).All() {
		switch {
		case err != nil:
			return err
		case !d.List.includes(e):
			continue
		case d.List.Limit > 0 && listed == d.List.Limit:
			d.NextMarker = e.ID
			return w.Close()
		}
		if e.Bad == "" {
			err = w.Add(e.Archive)
		} else {
			d.Damaged++
			err = w.AddBad(e.ID, e.Size, e.Bad)
		}
		if err != nil {
			return err
		}
		listed++
	}
	return w.Close()
}

// openInventoryOutput opens the document of an inventory job.
func (v *Vault) openInventoryOutput(d *jobDocument) (file, error) {
	f, err := v.openFile(layout.JobOutput(d.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the output is gone: %w", vault.ErrExpired)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != d.Size {
		err = fmt.Errorf("%s: %w: it has %d bytes of %d", f.Name(), durable.ErrDamaged, info.Size(), d.Size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
