package admin

import (
	"context"
	"errors"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
	"firn/vault/vaulturl"
)

// inAccount opens the account that a command is about, which is that of the AWS
// configuration if none is named.
func inAccount(ctx context.Context, p *cli.Program, args []string, act func(*vaulturl.Place) error) error {
	if len(args) == 0 {
		args = []string{"glacier://"}
	}
	place, err := vaulturl.OpenRoot(ctx, args[0])
	if err != nil {
		return err
	}
	return errors.Join(act(place), place.Close())
}

// ifThere asks for something that a vault may have or not; that it does not is no
// error. The service says alike that there is nothing and that there is no vault.
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
