package admin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/internal/humane"
	"firn/vault/administration"
	"firn/vault/vaulturl"
)

const vaultLockCompleteLong = `Make the lock of a vault permanent: the policy that "firn vault lock start" put
in force with this lock id. Nobody can change or remove it afterwards, not even
the service. You pay for the archives that the policy protects until it permits
their deletion.

firn shows the policy and asks you to type the name of the vault; --confirm NAME
answers in advance. --yes does not exist here. Completing a lock again changes
nothing.

A lock id may begin with a hyphen; write -- before it.`

func newVaultLockComplete(p *cli.Program) *cobra.Command {
	var o lockOptions
	cmd := &cobra.Command{
		Use:     "complete VAULT LOCK-ID",
		Short:   "Make a lock permanent",
		Long:    vaultLockCompleteLong,
		Example: "  firn vault lock complete image-backups AE863rKkWZU53SLW5be4DUcW",
		Args:    cli.Takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return completeLock(cmd.Context(), p, place, args[0], args[1], o)
			})
		},
	}
	addConfirm(cmd, &o.confirm)
	cli.AddDryRun(cmd.Flags(), &o.dryRun)
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusRefused)...)
}

func completeLock(ctx context.Context, p *cli.Program, place *vaulturl.Place, vaultArg, id string, o lockOptions) error {
	admin, err := accountOf(place, vaulturl.VaultLock)
	if err != nil {
		return err
	}
	lock, there, err := ifThere(ctx, p, place, admin.Lock)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if !there {
		return cli.WithHint(fmt.Errorf("vault %q has no lock in progress: none was started, it was aborted, or its 24 hours are over", url),
			"to start one: "+lockCommand("start", vaultArg)+" FILE")
	}
	if err := approveLock(ctx, p, place, lock, o); err != nil {
		return err
	}
	if o.dryRun {
		return planned(p, plannedObject{Operation: "CompleteVaultLock", Vault: url, LockID: id})
	}
	err = p.Retry(ctx, func(ctx context.Context) error { return admin.CompleteLock(ctx, place.Name, id) })
	if err != nil {
		return err
	}
	lock.State = administration.LockLocked
	if p.JSON {
		return p.Out.Object(newLockObject(url, id, lock))
	}
	p.Notice("locked " + url + " permanently")
	return nil
}

// approveLock shows the policy that is about to become permanent, and asks. It does not ask if
// the lock is permanent already.
func approveLock(ctx context.Context, p *cli.Program, place *vaulturl.Place, lock administration.Lock, o lockOptions) error {
	if lock.State == administration.LockLocked {
		p.Notice("the vault has been locked since " + humane.Time(lock.Created))
		return nil
	}
	p.UI.Say("firn: the policy, in progress until %s:", humane.Time(lock.Expires))
	sayDocument(p, lock.Policy)
	p.UI.Say("firn: nobody can change or remove the policy once it is locked; only deleting the empty vault removes it")
	if o.dryRun {
		return nil
	}
	question := fmt.Sprintf("lock %s permanently with this policy?", place.URL(place.Name))
	return p.ConfirmName(ctx, question, place.Name, o.confirm)
}
