package upload

import (
	"context"
	"fmt"
	"iter"

	"firn/vault"
)

// namer returns the vault as a Namer if its archives have names and this archive gets one.
func (u *upload) namer() (vault.Namer, bool) {
	n, ok := u.Vault.(vault.Namer)
	return n, ok && u.Vault.Limits().Names && u.name != ""
}

// checkName refuses an invalid name before anything is recorded.
func (u *upload) checkName() error {
	n, ok := u.namer()
	if !ok {
		return nil
	}
	if err := n.CheckName(u.name); err != nil {
		return fmt.Errorf("%s: %w", u.source, err)
	}
	return nil
}

// list lists the unfinished uploads that may belong to this call. At a vault with names, these
// are the uploads with its name, and none if it has no name. At other vaults, these are all.
func (u *upload) list(ctx context.Context) iter.Seq2[vault.Upload, error] {
	if n, ok := u.namer(); ok {
		return n.UploadsNamed(ctx, u.name)
	}
	if _, ok := u.Vault.(vault.Namer); ok && u.Vault.Limits().Names {
		return func(func(vault.Upload, error) bool) {}
	}
	return u.Vault.Uploads(ctx)
}
