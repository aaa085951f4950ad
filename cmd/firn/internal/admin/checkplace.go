package admin

import (
	"context"
	"errors"
	"fmt"

	"firn/cmd/firn/internal/term"
	"firn/vault"
	"firn/vault/vaulttest"
	"firn/vault/vaulturl"
)

// checkedVault is a vault that a check has created.
type checkedVault struct {
	*vaulttest.Tidy
	url  string
	base *vaulturl.Vault // nil while it is not open
}

// reopen opens the vault in a fresh value, as another process does.
func (v *checkedVault) reopen(ctx context.Context) (err error) {
	if v.base != nil {
		if err := v.base.Close(); err != nil {
			return err
		}
		v.base = nil
	}
	if v.base, err = vaulturl.Open(ctx, v.url, vaulturl.Options{}); err != nil {
		return err
	}
	if v.Tidy == nil {
		v.Tidy = vaulttest.NewTidy(v.base)
	}
	v.Vault = v.base
	return nil
}

// make creates a vault for the check. If jobs take hours it returns the same vault each time:
// the service deletes a vault only a day after it was emptied, and there should not be dozens
// of them.
func (c *storeCheck) make(ctx context.Context) (vault.Vault, error) {
	if c.slow && len(c.open) > 0 {
		return c.open[0], nil
	}
	c.made++
	v := &checkedVault{url: c.ref.Beside(fmt.Sprintf("%s-%d", c.id, c.made))}
	err := c.inPlace(ctx, v.url, func(place *vaulturl.Place) error { return place.CreateVault(ctx, place.Name) })
	if err != nil {
		return nil, err
	}
	c.open = append(c.open, v)
	return v, v.reopen(ctx)
}

// again opens a vault of the check again.
func (c *storeCheck) again(ctx context.Context, v vault.Vault) (vault.Vault, error) {
	made, ok := v.(*checkedVault)
	if !ok {
		return nil, fmt.Errorf("%T is not a vault of this check", v)
	}
	return made, made.reopen(ctx)
}

// inPlace calls act with the place of a vault. In a bucket it does nothing: a folder exists as
// long as an object is in it.
func (c *storeCheck) inPlace(ctx context.Context, url string, act func(*vaulturl.Place) error) error {
	if c.ref.Kind == vaulturl.S3 {
		return nil
	}
	place, err := vaulturl.OpenPlace(ctx, url)
	if err != nil {
		return err
	}
	place.OnDamage = c.program.Damaged
	return errors.Join(act(place), place.Close())
}

// tidy removes the vaults and archives of the check. If jobs take hours, it keeps the vault
// itself until the end.
func (c *storeCheck) tidy(ctx context.Context, end bool) error {
	var errs []error
	for _, v := range c.open {
		if v.base == nil {
			continue
		}
		errs = append(errs, v.Clean(ctx))
		if c.slow && !end {
			return errors.Join(errs...)
		}
		errs = append(errs, v.base.Close(), c.inPlace(ctx, v.url, func(place *vaulturl.Place) error {
			err := place.DeleteVault(ctx, place.Name)
			if c.slow && errors.Is(err, vault.ErrInvalid) {
				c.program.Notice("the vault of the check is empty, but can be deleted only in a day or two: " +
					term.ShellCommand("firn", "vault", "delete", v.url))
				return nil
			}
			return err
		}))
	}
	c.open = nil
	return errors.Join(errs...)
}
