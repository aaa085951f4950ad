package admin

import (
	"context"
	"errors"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

// inPlace calls act with the place of a vault, and then closes it.
func inPlace(ctx context.Context, p *cli.Program, vaultArg string, act func(*vaulturl.Place) error) error {
	p.Contact(vaultArg)
	place, err := vaulturl.OpenPlace(ctx, vaultArg)
	if err != nil {
		return p.ExplainOpen(err, vaultArg)
	}
	place.OnDamage = p.Damaged
	return p.ExplainVault(errors.Join(act(place), place.Close()), vaultArg)
}

// inAccount calls act with the account that a command names, or else with the account of the
// AWS configuration, and then closes it.
func inAccount(ctx context.Context, p *cli.Program, args []string, act func(*vaulturl.Place) error) error {
	if len(args) == 0 {
		args = []string{"glacier://"}
	}
	p.Contact(args[0])
	place, err := vaulturl.OpenRoot(ctx, args[0])
	if err != nil {
		return p.ExplainOpen(err, args[0])
	}
	return errors.Join(act(place), place.Close())
}

// accountOf returns the account of a vault. Only a Glacier vault has the needed
// feature.
func accountOf(place *vaulturl.Place, need vaulturl.Feature) (*glaciervault.Account, error) {
	account, err := place.Account(need)
	return account, cli.URLError(err)
}

// ifThere asks for a setting that a vault may lack, which is no error. If the service answers
// that it does not exist, ifThere checks that the vault exists, because the answer would be
// the same without a vault.
func ifThere[T any](
	ctx context.Context, p *cli.Program, place *vaulturl.Place, ask func(context.Context, string) (T, error),
) (got T, there bool, err error) {
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		got, err = ask(ctx, place.Name)
		if there = err == nil; errors.Is(err, vault.ErrNotFound) {
			_, err = place.DescribeVault(ctx, place.Name)
		}
		return err
	})
	return got, there, err
}
