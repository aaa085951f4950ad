package admin

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/vault"
	"firn/vault/administration"
	"firn/vault/vaulturl"
)

const vaultLockAbortLong = `Abort the lock of a vault that is in progress. Its policy is no longer in force,
and you can start another lock. Without a lock in progress this does nothing. A
completed lock cannot be aborted.`

func newVaultLockAbort(p *cli.Program) *cobra.Command {
	dryRun := false
	cmd := &cobra.Command{
		Use:     "abort VAULT",
		Short:   "Abort a lock that is in progress",
		Long:    vaultLockAbortLong,
		Example: "  firn vault lock abort image-backups",
		Args:    cli.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return abortLock(cmd.Context(), p, place, args[0], dryRun)
			})
		},
	}
	cli.AddDryRun(cmd.Flags(), &dryRun)
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

func abortLock(ctx context.Context, p *cli.Program, place *vaulturl.Place, vaultArg string, dryRun bool) error {
	admin, err := accountOf(place, vaulturl.VaultLock)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if dryRun {
		return planned(p, plannedObject{Operation: "AbortVaultLock", Vault: url})
	}
	// The answer to AbortVaultLock does not say whether there was a lock. Permission to abort
	// does not imply permission to read.
	_, there, unknown := ifThere(ctx, p, place, admin.Lock)
	if unknown != nil && !errors.Is(unknown, vault.ErrDenied) {
		return unknown
	}
	err = p.Retry(ctx, func(ctx context.Context) error { return admin.AbortLock(ctx, place.Name) })
	if err != nil {
		return explainLock(ctx, p, place, admin, vaultArg, err)
	}
	o := abortedLockObject{lockObject: newLockObject(url, "", administration.Lock{})}
	text := "no lock of " + url + " is in progress now"
	if unknown == nil {
		o.Aborted, text = &there, "aborted the lock of "+url
	}
	if unknown == nil && !there {
		text = "no lock of " + url + " was in progress"
	}
	if p.JSON {
		return p.Out.Object(o)
	}
	p.Notice(text)
	return nil
}

// abortedLockObject is the lock of a vault after one was given up, on standard output.
type abortedLockObject struct {
	lockObject
	Aborted *bool `json:"aborted"` // false if none was in progress; null without permission to read it
}
