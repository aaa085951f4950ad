package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// loadCount reads what is on record of the count of archives. It returns those of which
// something may be left over, and whether there is a record that is right.
func (v *Vault) loadCount() (changed []vault.ArchiveID, known bool) {
	changed, err := v.count.load()
	if err != nil {
		v.options.OnDamage(fmt.Errorf("directory vault %q: its archives are counted anew: %w", v.path, err))
	}
	return changed, v.count.known
}

// cleanArchives removes truths and leaves whose archives were not published, or were
// deleted: of those that were changed since the archives were counted. If the count is
// not known it looks at the whole directory, and counts. Nobody else is in the vault.
func (v *Vault) cleanArchives(changed []vault.ArchiveID, known bool) {
	if known && len(changed) == 0 {
		return
	}
	tidy := true
	clean := func(name string) {
		if err := v.cleanArchive(name); err != nil {
			tidy = false
			v.tellOf(err)
		}
	}
	for _, id := range changed {
		clean(string(id) + ".json")
		clean(string(id) + ".leaves")
	}
	if !known {
		t, err := v.tallyArchives(context.Background(), clean)
		if err != nil {
			v.leftOver(fmt.Errorf("clean up %s: %w", layout.ArchivesDir, err))
		}
		known = err == nil
		v.count.tally = t
	}
	v.count.start(known, tidy)
}

// tallyArchives reads the names of all archives, and the sizes of their files. Other
// names it gives to others.
func (v *Vault) tallyArchives(ctx context.Context, other func(name string)) (t tally, err error) {
	dir, err := v.dir.OpenRoot(layout.ArchivesDir) // which makes looking at a name cheap
	if v.aside != nil && errors.Is(err, fs.ErrNotExist) {
		return tally{}, nil
	}
	if err != nil {
		return tally{}, err
	}
	defer dir.Close()
	err = durable.EachEntry(dir, ".", func(name string) (bool, error) {
		if !layout.IsArchiveID(name) {
			other(name)
			return true, cancelled(ctx)
		}
		info, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil // deleted meanwhile
		}
		if err != nil {
			return false, err
		}
		t.add(info.Size(), 1)
		return true, cancelled(ctx)
	})
	return t, err
}

// refreshCount makes what is said of the vault say how many archives there are, if it is
// time for that (see Options.InventoryEvery): from the count where it is always to be up
// to date, else by an inventory, which is to list what was there at that time.
func (v *Vault) refreshCount(ctx context.Context) error {
	if v.options.InventoryEvery >= 0 {
		return v.refreshInventory(ctx)
	}
	return v.awaitRun(ctx, func() (done bool, err error) {
		if due, err := v.inventoryDue(false); err != nil || !due {
			return true, err
		}
		return v.tellCount()
	}, v.recount)
}

// tellCount takes the count over into what is said of the vault, if it is known. There is
// then no list of these archives, before somebody asks for one.
func (v *Vault) tellCount() (known bool, err error) {
	touched, err := v.count.modified()
	if err != nil {
		return false, err
	}
	s := v.status.beginInventory(v.options.now(), touched)
	t, known, err := v.count.get()
	if err != nil || !known {
		return false, err
	}
	s.Archives, s.Bytes = t.Archives, t.withOverhead()
	return true, v.status.endInventory(s)
}

// recount counts the archives anew while others may store and delete some. If they do,
// the next count is as much work.
func (v *Vault) recount(ctx context.Context) error {
	r, err := v.count.beginRecount()
	if err != nil {
		return err
	}
	s := v.status.beginInventory(v.options.now(), r.touched)
	if r.tally, err = v.tallyArchives(ctx, func(string) {}); err != nil {
		return err
	}
	if err := v.count.endRecount(r); err != nil {
		return err
	}
	s.Archives, s.Bytes = r.Archives, r.withOverhead()
	return v.status.endInventory(s)
}
