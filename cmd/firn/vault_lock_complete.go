package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultLockCompleteLong = `Makes the lock of a vault permanent: the policy that was started with this lock id,
and tested since. It can never be changed or removed, by nobody, the service
included. Archives that it keeps from being deleted are paid for until it lets go.

The policy is shown as the vault has it, and the vault's name must be typed. In a
script --confirm takes the name; --yes does not exist here. Completing a lock again
changes nothing.

A lock id may begin with a hyphen: write -- before it.`

func (p *program) newVaultLockComplete() *cobra.Command {
	var o lockOptions
	cmd := &cobra.Command{
		Use:     "complete VAULT LOCK-ID",
		Short:   "Make a lock permanent, for ever",
		Long:    vaultLockCompleteLong,
		Example: "  firn vault lock complete image-backups AE863rKkWZU53SLW5be4DUcW",
		Args:    takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.completeLock(cmd.Context(), place, args[0], args[1], o)
			})
		},
	}
	addConfirm(cmd, &o.confirm)
	addDryRun(cmd.Flags(), &o.dryRun)
	return exits(cmd, append(vaultStatuses(), statusRefused)...)
}

func (p *program) completeLock(ctx context.Context, place *vaulturl.Place, vaultArg, id string, o lockOptions) error {
	admin, err := place.Account(vaulturl.VaultLock)
	if err != nil {
		return err
	}
	lock, there, err := ifThere(ctx, p, place, admin.Lock)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if !there {
		return withHint(fmt.Errorf("vault %q has no lock in progress: none was started, it was given up, or its 24 hours are over", url),
			"to start one: "+lockCommand("start", vaultArg)+" FILE")
	}
	if err := p.approveLock(ctx, place, lock, o); err != nil {
		return err
	}
	if o.dryRun {
		return p.planned(plannedObject{Operation: "CompleteVaultLock", Vault: url, LockID: id})
	}
	err = p.retry(ctx, func(ctx context.Context) error { return admin.CompleteLock(ctx, place.Name, id) })
	if err != nil {
		return err
	}
	lock.State = vault.LockLocked
	if p.json {
		return p.out.object(newLockObject(url, id, lock))
	}
	p.notice("locked " + url + " for ever")
	return nil
}

// approveLock shows what is about to become permanent, and asks. Of what is permanent
// nobody needs to be asked.
func (p *program) approveLock(ctx context.Context, place *vaulturl.Place, lock vault.Lock, o lockOptions) error {
	if lock.State == vault.LockLocked {
		p.notice("the vault is locked already, since " + humane.Time(lock.Created))
		return nil
	}
	p.ui.say("firn: the policy, in progress until %s:", humane.Time(lock.Expires))
	p.sayDocument(lock.Policy)
	p.ui.say("firn: once it is locked it can never be changed or removed, by nobody; it goes only with the vault, when that is empty")
	if o.dryRun {
		return nil
	}
	question := fmt.Sprintf("lock %s with this policy for ever?", place.URL(place.Name))
	return p.confirmName(ctx, question, place.Name, o.confirm)
}
