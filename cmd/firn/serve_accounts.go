package main

import (
	"errors"
	"path/filepath"
	"time"

	"firn/server"
	"firn/vault/dirvault"
)

// mainAccount is the account whose vaults are in the server's directory itself.
const mainAccount = "000000000000"

// accountDir is where the vaults of another account are. No vault can have this
// name.
func (o serveOptions) accountDir(account string) string { return filepath.Join(o.dir, "@"+account) }

// openAccounts adds the vaults of those accounts that have keys.
func (o serveOptions) openAccounts(
	roots map[string]*dirvault.Root, keys server.Keys, now func() time.Time, damaged func(error),
) error {
	for _, key := range keys {
		if roots[key.Account] != nil {
			continue
		}
		root, err := dirvault.OpenRoot(o.accountDir(key.Account), o.vaults(key.Account, now, damaged))
		if err != nil {
			return err
		}
		roots[key.Account] = root
	}
	return nil
}

func closeAll(roots map[string]*dirvault.Root) error {
	var errs []error
	for _, root := range roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}
