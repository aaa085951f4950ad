package main

import (
	"errors"
	"path/filepath"

	"firn/server"
	"firn/vault/dirvault"
)

// mainAccount is the account whose vaults are in the server's directory itself.
const mainAccount = "000000000000"

// accountDir is where the vaults of another account are. No vault can have this
// name.
func (o serveOptions) accountDir(account string) string { return filepath.Join(o.dir, "@"+account) }

// openAccounts opens the vaults of the accounts that have keys, but for the main
// one. What was opened is returned also with an error.
func (o serveOptions) openAccounts(keys server.Keys, damaged func(error)) (map[string]*dirvault.Root, error) {
	roots := map[string]*dirvault.Root{}
	for _, key := range keys {
		if key.Account == mainAccount || roots[key.Account] != nil {
			continue
		}
		root, err := dirvault.OpenRoot(o.accountDir(key.Account), o.vaults(key.Account, damaged))
		if err != nil {
			return roots, err
		}
		roots[key.Account] = root
	}
	return roots, nil
}

func closeAll(roots map[string]*dirvault.Root) error {
	var errs []error
	for _, root := range roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}
