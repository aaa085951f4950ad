package dirvault

import (
	"context"
	"fmt"
	"path/filepath"

	"firn/vault"
)

// Info returns when the vault was made, and the number and size of its archives at its last
// inventory. As at the service, these may be old: Info takes an inventory only if it is due
// (see Options.InventoryEvery). Where it is always due, the archives are not listed, because
// their number is known. Bytes includes 32,768 for each archive. Name is the directory's.
func (v *Vault) Info(ctx context.Context) (vault.Info, error) {
	if err := v.access.RLock(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("describe directory vault %q: %w", v.path, err)
	}
	defer v.access.RUnlock()
	if err := v.inventories.RefreshCount(ctx); err != nil {
		return vault.Info{}, fmt.Errorf("inventory of directory vault %q: %w", v.path, err)
	}
	s := v.inventories.State()
	return s.Info(filepath.Base(v.path)), nil
}
