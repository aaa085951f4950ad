package dirvault

import (
	"context"
	"fmt"
	"path"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// VaultOf returns the name of the vault that holds an archive. It opens none.
// ErrNotFound means that none does. A vault that cannot be read is reported to
// Options.OnDamage and left out.
func (r *Root) VaultOf(ctx context.Context, id vault.ArchiveID) (string, error) {
	if layout.IsArchiveID(string(id)) {
		for _, name := range r.names() {
			if err := cancel.Err(ctx); err != nil {
				return "", err
			}
			there, err := durable.IsThere(r.dir, path.Join(name, layout.ArchiveData(id)))
			if err != nil {
				r.options.OnDamage(fmt.Errorf("look for archive %q in vault %q: %w", id, name, err))
			}
			if there {
				return name, nil
			}
		}
	}
	return "", fmt.Errorf("archive %q: %w", id, vault.ErrNotFound)
}
