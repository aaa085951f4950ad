package dirvault

import (
	"context"
	"errors"
	"fmt"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

var _ vault.Looker = (*Vault)(nil)

// Look tells what is known of an archive. ErrNotFound means that its bytes are not there.
// Of one whose truth is damaged, only its id and its size are known.
func (v *Vault) Look(ctx context.Context, id vault.ArchiveID) (vault.Archive, error) {
	if err := v.access.RLock(ctx); err != nil {
		return vault.Archive{}, fmt.Errorf("look at archive %q: %w", id, err)
	}
	defer v.access.RUnlock()
	a, err := v.archive(id)
	if err != nil && !errors.Is(err, durable.ErrDamaged) {
		return vault.Archive{}, fmt.Errorf("look at archive %q: %w", id, err)
	}
	if data, err := v.dir.Lstat(layout.ArchiveData(id)); err == nil {
		a.Size = data.Size() // of a file that was cut the truth does not know
	}
	return a, nil
}
