package admin

import (
	"context"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault/administration"
	"firn/vault/vaulturl"
)

const vaultLockShowLong = `Show the policy and the state of the lock of a vault. The lock id, which
completes a lock, is not shown: the service returns it only when the lock is
started.`

func newVaultLockShow(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT",
		Short:   "Show the lock of a vault",
		Long:    vaultLockShowLong,
		Example: "  firn vault lock show image-backups",
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return showLock(cmd.Context(), p, place)
			})
		},
	}
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func showLock(ctx context.Context, p *cli.Program, place *vaulturl.Place) error {
	admin, err := accountOf(place, vaulturl.VaultLock)
	if err != nil {
		return err
	}
	lock, _, err := ifThere(ctx, p, place, admin.Lock)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if p.JSON {
		return p.Out.Object(newLockObject(url, "", lock))
	}
	p.Out.Line("vault    %s", term.Show(url))
	switch lock.State {
	case administration.LockInProgress:
		p.Out.Line("lock     in progress until %s", humane.Time(lock.Expires))
	case administration.LockLocked:
		p.Out.Line("lock     permanently locked")
	default:
		p.Out.Line("lock     none")
		return nil
	}
	p.Out.Line("started  %s", humane.Time(lock.Created))
	document(p, lock.Policy)
	return nil
}
