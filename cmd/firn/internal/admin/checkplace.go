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

// checkedVault is a vault that a check has made.
type checkedVault struct {
	*vaulttest.Tidy
	url  string
	base *vaulturl.Vault // nil while it is not open
}

// reopen opens the vault as another process would.
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

// make creates a vault that nobody uses. Where jobs take hours it is the same one
// each time: a vault of the service can be deleted only a day after it was emptied,
// so there should not be dozens.
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

// again opens a vault of the check another time.
func (c *storeCheck) again(ctx context.Context, v vault.Vault) (vault.Vault, error) {
	made, ok := v.(*checkedVault)
	if !ok {
		return nil, fmt.Errorf("%T is not a vault of this check", v)
	}
	return made, made.reopen(ctx)
}

// inPlace does something in the place of a vault. In a bucket there is nothing to
// do: a folder is there as long as it has something in it.
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

// tidy removes what the check has made, but before the end not the vault that it goes on
// with.
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
