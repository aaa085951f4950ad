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

const vaultLockStartLong = `Start the lock of a vault with the policy in FILE: JSON of at most 20 KiB. If
FILE is -, firn reads standard input.

firn shows the policy and asks you to type the name of the vault; --confirm NAME
answers in advance. The policy is then in force for 24 hours, in which you can
test or abort it, and expires unless "firn vault lock complete" makes it
permanent. firn prints the lock id that "complete" needs. It cannot be retrieved
later.`

const vaultLockStartExample = `  firn vault lock start image-backups keep-a-year.json --dry-run
  firn vault lock start image-backups keep-a-year.json`

func newVaultLockStart(p *cli.Program) *cobra.Command {
	var o lockOptions
	cmd := &cobra.Command{
		Use:     "start VAULT FILE",
		Short:   "Put a lock policy in force for 24 hours",
		Long:    vaultLockStartLong,
		Example: vaultLockStartExample,
		Args:    cli.Takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return startLock(cmd.Context(), p, place, args[0], args[1], o)
			})
		},
	}
	addConfirm(cmd, &o.confirm)
	cli.AddDryRun(cmd.Flags(), &o.dryRun)
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusRefused)...)
}

func startLock(ctx context.Context, p *cli.Program, place *vaulturl.Place, vaultArg, file string, o lockOptions) error {
	admin, err := accountOf(place, vaulturl.VaultLock)
	if err != nil {
		return err
	}
	policy, err := readPolicy(p, file)
	if err != nil {
		return err
	}
	url := place.URL(place.Name)
	if o.dryRun {
		body := map[string]any{"Policy": policyJSON(policy)}
		return planned(p, plannedObject{Operation: "InitiateVaultLock", Vault: url, Body: body})
	}
	p.UI.Say("firn: the policy:")
	sayDocument(p, policy)
	err = p.ConfirmName(ctx, "put this policy in force for "+url+" for 24 hours?", place.Name, o.confirm)
	if err != nil {
		return err
	}
	p.BeginWork("whether it was started: " + lockCommand("show", vaultArg))
	id := ""
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		// The service returns the id only once, so an interruption must not lose it.
		id, err = admin.StartLock(context.WithoutCancel(ctx), place.Name, policy)
		return err
	})
	if err != nil {
		return explainLock(context.WithoutCancel(ctx), p, place, admin, vaultArg, err)
	}
	now := p.Now().UTC()
	lock := administration.Lock{State: administration.LockInProgress, Policy: policy, Created: now, Expires: now.Add(administration.LockTime)}
	return tellStarted(p, url, vaultArg, id, lock)
}

// tellStarted prints the lock id and the next steps. The dates come from the local clock.
func tellStarted(p *cli.Program, url, vaultArg, id string, lock administration.Lock) error {
	if p.JSON {
		return p.Out.Object(newLockObject(url, id, lock))
	}
	p.Out.Line("vault    %s", term.Show(url))
	p.Out.Line("lock     in progress until about %s", humane.Time(lock.Expires))
	p.Out.Line("lock id  %s", term.Show(id))
	if err := p.Out.Flush(); err != nil {
		return err
	}
	p.Notice("the policy is now in force; it ends in 24 hours unless you complete the lock")
	p.Notice("test it until then: with each set of credentials, try what it must deny, such as firn delete, and what must still work, such as firn upload")
	p.Notice("to make it permanent: " + lockCommand("complete", vaultArg, id))
	p.Notice("to abort it: " + lockCommand("abort", vaultArg))
	return nil
}
