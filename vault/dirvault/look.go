package dirvault

import (
	"context"
	"errors"
	"fmt"

	"firn/vault"
)

var _ vault.Looker = (*Vault)(nil)

// LookAtArchive compares an archive with the size of its file, and with its truth.
// One whose truth is damaged is there. ErrNotFound means that its bytes are not.
func (v *Vault) LookAtArchive(ctx context.Context, want vault.Archive) error {
	if err := v.gate.enter(ctx); err != nil {
		return fmt.Errorf("look at archive %q: %w", want.ID, err)
	}
	defer v.gate.leave()
	there, err := v.archive(want.ID)
	if err != nil && !errors.Is(err, errDamaged) {
		return fmt.Errorf("look at archive %q: %w", want.ID, err)
	}
	if data, err := v.dir.Lstat(archiveData(want.ID)); err == nil {
		there.Size = data.Size() // which the truth may not know
	}
	differs := want.Size >= 0 && there.Size != want.Size ||
		!want.TreeHash.IsZero() && !there.TreeHash.IsZero() && there.TreeHash != want.TreeHash
	if differs {
		return fmt.Errorf("look at archive %q: %w", want.ID, &vault.TakenError{ID: there.ID, Size: there.Size, Created: there.Created})
	}
	return nil
}
