package glaciervault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/vault"
	"firn/vault/administration"
	"firn/vault/inventory"
)

// Lock returns the lock of a vault, in progress or completed. ErrNotFound means that there
// is no lock, or no such vault.
func (a *Account) Lock(ctx context.Context, vaultName string) (administration.Lock, error) {
	if err := checkName(vaultName); err != nil {
		return administration.Lock{}, err
	}
	var lock administration.Lock
	err := a.call(ctx, fmt.Sprintf("ask for the lock of vault %q", vaultName), func() error {
		out, err := a.client.GetVaultLock(ctx, &glacier.GetVaultLockInput{AccountId: &a.id, VaultName: &vaultName})
		if err != nil {
			return err
		}
		lock, err = parseLock(out)
		if err != nil {
			return vault.Errorf(vault.ErrInvalid, "the answer makes no sense: %w", err)
		}
		return nil
	})
	return lock, err
}

func parseLock(out *glacier.GetVaultLockOutput) (lock administration.Lock, err error) {
	lock.State, lock.Policy = administration.LockState(aws.ToString(out.State)), aws.ToString(out.Policy)
	if lock.State != administration.LockInProgress && lock.State != administration.LockLocked {
		return administration.Lock{}, fmt.Errorf("there is no state %.100q", string(lock.State))
	}
	if err := checkAnsweredPolicy(lock.Policy); err != nil {
		return administration.Lock{}, err
	}
	if lock.Created, err = parseTime(out.CreationDate); err != nil {
		return administration.Lock{}, err
	}
	if lock.Expires, err = parseTime(out.ExpirationDate); err != nil {
		return administration.Lock{}, err
	}
	return lock, nil
}

// StartLock puts a lock policy in force for vault.LockTime and returns the id that
// completes the lock. The service reports this id only here. ErrDenied may mean that the
// vault has a lock already, in progress or completed. That can also be the result of an
// earlier call whose answer was lost, so the call must not simply be repeated.
func (a *Account) StartLock(ctx context.Context, vaultName, policy string) (id string, err error) {
	if err := checkName(vaultName); err != nil {
		return "", err
	}
	what := fmt.Sprintf("start a lock of vault %q", vaultName)
	if err := administration.CheckPolicy(policy); err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	err = a.call(ctx, what, func() error {
		out, err := a.client.InitiateVaultLock(ctx, &glacier.InitiateVaultLockInput{
			AccountId: &a.id, VaultName: &vaultName, Policy: &types.VaultLockPolicy{Policy: &policy},
		})
		if err != nil {
			return err
		}
		id, err = idIn(out.LockId, "lock id")
		return err
	})
	return id, err
}

// CompleteLock makes the lock with this id permanent: nobody, including the service, can
// change or remove it. Completing it again succeeds. ErrInvalid: the lock in progress has
// another id. ErrDenied: the completed lock has another id.
func (a *Account) CompleteLock(ctx context.Context, vaultName, id string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	what := fmt.Sprintf("complete the lock of vault %q", vaultName)
	if !inventory.IsID(id) {
		return vault.Errorf(vault.ErrInvalid, "%s: no lock has the id %.300q", what, id)
	}
	return a.call(ctx, what, func() error {
		_, err := a.client.CompleteVaultLock(ctx, &glacier.CompleteVaultLockInput{AccountId: &a.id, VaultName: &vaultName, LockId: &id})
		return err
	})
}

// AbortLock removes a lock in progress. It succeeds if there is none. ErrDenied may mean
// that the lock is completed.
func (a *Account) AbortLock(ctx context.Context, vaultName string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	return a.call(ctx, fmt.Sprintf("abort the lock of vault %q", vaultName), func() error {
		_, err := a.client.AbortVaultLock(ctx, &glacier.AbortVaultLockInput{AccountId: &a.id, VaultName: &vaultName})
		return err
	})
}
