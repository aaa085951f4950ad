package upload

import (
	"context"
	"fmt"
	"iter"

	"firn/vault"
)

// namer is the vault if its archives have names and this one gets one.
func (u *upload) namer() (vault.Namer, bool) {
	n, ok := u.Vault.(vault.Namer)
	return n, ok && u.Vault.Limits().Names && u.name != ""
}

// checkName refuses a name that no archive can have, before anything is recorded.
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

// list lists the unfinished uploads that may be of this call: at a vault with names
// those of its name, of which there are none if it gave none, and else all.
func (u *upload) list(ctx context.Context) iter.Seq2[vault.Upload, error] {
	if n, ok := u.namer(); ok {
		return n.UploadsNamed(ctx, u.name)
	}
	if _, ok := u.Vault.(vault.Namer); ok && u.Vault.Limits().Names {
		return func(func(vault.Upload, error) bool) {}
	}
	return u.Vault.Uploads(ctx)
}
