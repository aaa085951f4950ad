package vaulturl

import (
	"context"
	"errors"

	"firn/vault"
)

var _ vault.Looker = (*Vault)(nil)

// LookAtArchive is that of the vault's kind, or errors.ErrUnsupported.
func (v *Vault) LookAtArchive(ctx context.Context, a vault.Archive) error {
	if looker, ok := v.Vault.(vault.Looker); ok {
		return looker.LookAtArchive(ctx, a)
	}
	return errors.ErrUnsupported
}
