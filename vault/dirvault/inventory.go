package dirvault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/inventory"
)

// archiveOverhead is what the service adds to the size of every archive in the
// size of a vault: 32 KiB for index and metadata (Amazon Glacier developer
// guide, "Pricing").
const archiveOverhead = 32 << 10

// snapshot is an inventory on its way. It keeps nobody from storing or deleting
// archives: what comes or goes meanwhile may or may not be in it, and the vault
// then still counts as changed.
type snapshot struct {
	inventoryStatus

	begun uint64 // changes, when the snapshot was begun
	quiet bool   // none of them was under way
}

// inventoryDue reports whether it is time for an inventory, with a list of the archives
// or only their number.
func (v *Vault) inventoryDue(list bool) (bool, error) {
	touched, err := v.count.modified()
	s := v.status.get()
	return s.inventoryDue(v.options.now(), v.options.InventoryEvery, touched, list), err
}

// takeInventory lists and counts the archives: first the list, durably, then
// what is said about it. An archive whose truth is damaged is a bad entry of the
// list, so that nobody takes it for one that is not there, and counts with the
// size of its file.
func (v *Vault) takeInventory(ctx context.Context) (inventoryStatus, error) {
	touched, err := v.count.modified()
	if err != nil {
		return inventoryStatus{}, err
	}
	s := v.status.beginList(v.options.now(), touched)
	err = v.fillFile(layout.InventoryFile, func(f *os.File) error {
		sum := sha256.New()
		if err := v.list(ctx, io.MultiWriter(f, sum), s); err != nil {
			return err
		}
		s.SHA256 = treehash.Hash(sum.Sum(nil))
		return nil
	})
	if err != nil {
		return inventoryStatus{}, err
	}
	return s.inventoryStatus, v.status.endInventory(s)
}

// list writes the list and gathers in s what is said about it.
func (v *Vault) list(ctx context.Context, to io.Writer, s *snapshot) error {
	w, err := inventory.NewWriter(to, false, v.inventoryHead(s.Inventoried))
	if err != nil {
		return err
	}
	err = v.eachArchiveInOrder(ctx, idsAtOnce, func(a vault.Archive, broken error) error {
		s.Archives++
		s.Bytes += a.Size + archiveOverhead
		if broken == nil {
			return w.Add(a)
		}
		v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, broken))
		s.Damaged++
		return w.AddBad(a.ID, a.Size, broken.Error())
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func (v *Vault) inventoryHead(at time.Time) inventory.Head {
	head := inventory.Head{Date: at}
	if v.options.ARN != nil {
		head.VaultARN = v.options.ARN(filepath.Base(v.path))
	}
	return head
}

// openInventory returns the vault's last inventory, and what is said about it. One
// that cannot be read as it was written is made anew: the truth is elsewhere.
// ErrNotFound means that there is none yet. The caller is alone in v.taking, and
// closes the file.
func (v *Vault) openInventory(ctx context.Context) (file, inventoryStatus, error) {
	s := v.status.get().inventoryStatus
	if s.SHA256.IsZero() && v.options.InventoryEvery < 0 { // others came to be counted meanwhile
		return v.openNewInventory(ctx)
	}
	if s.SHA256.IsZero() {
		return nil, inventoryStatus{}, fmt.Errorf("the vault has no inventory yet: %w", vault.ErrNotFound)
	}
	f, err := v.openUnchanged(ctx, layout.InventoryFile, s.SHA256)
	if err == nil || !errors.Is(err, durable.ErrDamaged) {
		return f, s, err
	}
	v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, err))
	return v.openNewInventory(ctx)
}

func (v *Vault) openNewInventory(ctx context.Context) (file, inventoryStatus, error) {
	s, err := v.takeInventory(ctx)
	if err != nil {
		return nil, inventoryStatus{}, err
	}
	f, err := v.openUnchanged(ctx, layout.InventoryFile, s.SHA256)
	return f, s, err
}

// openUnchanged opens a file if it has this hash. Else the error
// wraps errDamaged.
func (v *Vault) openUnchanged(ctx context.Context, name string, want treehash.Hash) (file, error) {
	f, err := v.openFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: it is missing", name, durable.ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, &cancelReader{ctx: ctx, r: io.NewSectionReader(f, 0, math.MaxInt64)})
	switch {
	case ctx.Err() != nil:
		err = cancelled(ctx)
	case err != nil:
		err = fmt.Errorf("%s: %w: %w", name, durable.ErrDamaged, err)
	case treehash.Hash(sum.Sum(nil)) != want:
		err = fmt.Errorf("%s: %w: it is not as it was written", name, durable.ErrDamaged)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Info tells when the vault was made and what it held at its last inventory. As
// at the service, that lags: one is taken here when somebody asks and it is due
// (see Options.InventoryEvery). Where it is always due the archives are not listed for
// that: how many there are is known. Bytes includes 32,768 for each archive. Name is
// the directory's.
func (v *Vault) Info(ctx context.Context) (vault.Info, error) {
	if err := v.access.RLock(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("describe directory vault %q: %w", v.path, err)
	}
	defer v.access.RUnlock()
	if err := v.refreshCount(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("inventory of directory vault %q: %w", v.path, err)
	}
	s := v.status.get()
	return s.info(filepath.Base(v.path)), nil
}
