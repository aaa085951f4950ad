package main

import (
	"context"

	"github.com/spf13/cobra"

	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultLockShowLong = `Shows the lock of a vault, in progress or locked, and its policy. The id that
completes a lock is not shown: the service tells it only when the lock is started.`

func (p *program) newVaultLockShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT",
		Short:   "Show the lock of a vault",
		Long:    vaultLockShowLong,
		Example: "  firn vault lock show image-backups",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.showLock(cmd.Context(), place)
			})
		},
	}
	return exits(cmd, vaultStatuses()...)
}

func (p *program) showLock(ctx context.Context, place *vaulturl.Place) error {
	admin, err := place.Account(vaulturl.VaultLock)
	if err != nil {
		return err
	}
	lock, _, err := ifThere(ctx, p, place, admin.Lock)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if p.json {
		return p.out.object(newLockObject(url, "", lock))
	}
	p.out.line("vault    %s", show(url))
	switch lock.State {
	case vault.LockInProgress:
		p.out.line("lock     in progress until %s", humane.Time(lock.Expires))
	case vault.LockLocked:
		p.out.line("lock     locked for ever")
	default:
		p.out.line("lock     none")
		return nil
	}
	p.out.line("started  %s", humane.Time(lock.Created))
	p.document(lock.Policy)
	return nil
}
