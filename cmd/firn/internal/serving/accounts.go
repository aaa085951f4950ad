package serving

import (
	"errors"
	"log/slog"
	"path/filepath"

	"firn/cmd/firn/internal/cli"
	"firn/server"
	"firn/vault"
	"firn/vault/dirvault"
)

// mainAccount is the account whose vaults are directly in the server's directory.
const mainAccount = "000000000000"

// accountDir returns the directory with the vaults of another account. No vault can have its
// name.
func (o serveOptions) accountDir(account string) string { return filepath.Join(o.dir, "@"+account) }

// openAccounts adds the vaults of the accounts that have keys.
func (o serveOptions) openAccounts(roots map[string]*dirvault.Root, keys server.Keys, log *slog.Logger) error {
	for _, key := range keys {
		if roots[key.Account] != nil {
			continue
		}
		root, err := o.openRoot(o.accountDir(key.Account), key.Account, log)
		if err != nil {
			return err
		}
		roots[key.Account] = root
	}
	return nil
}

// openRoot opens the directory of the vaults of an account.
func (o serveOptions) openRoot(dir, account string, log *slog.Logger) (*dirvault.Root, error) {
	root, err := dirvault.OpenRoot(dir, o.vaults(account, log))
	if errors.Is(err, vault.ErrReadOnly) {
		err = cli.WithHint(err, "to serve it without changing anything: --read-only")
	}
	return root, err
}

func closeAll(roots map[string]*dirvault.Root) error {
	var errs []error
	for _, root := range roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}
