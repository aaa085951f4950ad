package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/vault"
	"firn/vault/administration"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

const vaultLockLong = `Lock a vault with a policy that restricts everybody, including the owner of the
account, and that can never be changed or removed. Use it to keep archives from
being deleted for a certain time.

Locking takes two commands:

  start     puts the policy in force for 24 hours so that you can test it. The
            policy then expires, unless you complete the lock.
  complete  makes the policy permanent. This cannot be undone; the policy ends
            only with the vault, which must be empty to be deleted.

"abort" ends the test early. A vault has at most one lock.`

const vaultLockExample = `  firn vault lock start image-backups keep-a-year.json
  firn vault lock complete image-backups AE863rKkWZU53SLW5be4DUcW`

func newVaultLock(p *cli.Program) *cobra.Command {
	cmd := cli.Group("lock", "Lock a vault, in two steps", vaultLockLong,
		newVaultLockShow(p), newVaultLockStart(p), newVaultLockComplete(p), newVaultLockAbort(p))
	cmd.Example = vaultLockExample
	return cmd
}

// addConfirm adds the option --confirm, which replaces typing the name of the vault.
func addConfirm(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "confirm", "", "confirm with the `NAME` of the vault instead of asking")
}

// lockObject is the lock of a vault on standard output.
type lockObject struct {
	MessageType string     `json:"message_type"`
	Vault       string     `json:"vault"`
	State       string     `json:"state"`   // InProgress or Locked, as the service calls them; empty if there is no lock
	LockID      string     `json:"lock_id"` // empty except after start and complete: the service returns it only once
	Policy      any        `json:"policy"`  // null if there is no lock
	Created     *time.Time `json:"created"` // null if there is no lock
	Expires     *time.Time `json:"expires"` // null unless in progress
}

func newLockObject(url, id string, lock administration.Lock) lockObject {
	o := lockObject{MessageType: "lock", Vault: url, State: string(lock.State), LockID: id}
	if lock.State != "" {
		o.Policy, o.Created = policyJSON(lock.Policy), &lock.Created
	}
	if lock.State == administration.LockInProgress {
		o.Expires = &lock.Expires
	}
	return o
}

// lockCommand returns a command of this group to type. A lock id in more may begin with a
// hyphen.
func lockCommand(verb, vaultArg string, more ...string) string {
	words := []string{"firn", "vault", "lock", verb, vaultArg}
	if len(more) > 0 && more[0] != "" && more[0][0] == '-' {
		words = append(words, "--")
	}
	return term.ShellCommand(append(words, more...)...)
}

// explainLock adds the lock that the vault has to an error of starting or aborting one. After a
// lost answer it may be the lock that was just started.
func explainLock(ctx context.Context, p *cli.Program, place *vaulturl.Place, admin *glaciervault.Account, vaultArg string, err error) error {
	if !errors.Is(err, vault.ErrDenied) && !errors.Is(err, depot.ErrGaveUp) {
		return err
	}
	lock, failed := admin.Lock(ctx, place.Name)
	switch {
	case failed != nil:
		return err // the lock may not be read
	case lock.State == administration.LockLocked:
		return fmt.Errorf("%w; the vault has been permanently locked since %s: only deleting the vault removes its policy", err, humane.Time(lock.Created))
	}
	return cli.WithHint(fmt.Errorf("%w; a lock is in progress until %s; its id was shown only when it was started",
		err, humane.Time(lock.Expires)), "to abort it and start again: "+lockCommand("abort", vaultArg))
}

// lockOptions are the options of the commands that change a lock.
type lockOptions struct {
	confirm string // the name of the vault
	dryRun  bool
}
