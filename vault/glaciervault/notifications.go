package glaciervault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/vault"
	"firn/vault/administration"
)

// SetNotifications replaces the notifications of a vault. The service checks only the form
// of the topic. If the topic does not exist, or the vault may not write to it, that shows
// only when a job ends.
func (a *Account) SetNotifications(ctx context.Context, vaultName string, n administration.Notifications) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	what := fmt.Sprintf("set the notifications of vault %q", vaultName)
	if n.Topic == "" || len(n.Events) == 0 {
		return vault.Errorf(vault.ErrInvalid, "%s: a topic and at least one event are needed", what)
	}
	return a.call(ctx, what, func() error {
		_, err := a.client.SetVaultNotifications(ctx, &glacier.SetVaultNotificationsInput{
			AccountId: &a.id, VaultName: &vaultName,
			VaultNotificationConfig: &types.VaultNotificationConfig{SNSTopic: &n.Topic, Events: n.Events},
		})
		return err
	})
}

// Notifications returns the notifications of a vault. ErrNotFound means that it has none,
// or does not exist.
func (a *Account) Notifications(ctx context.Context, vaultName string) (administration.Notifications, error) {
	if err := checkName(vaultName); err != nil {
		return administration.Notifications{}, err
	}
	what := fmt.Sprintf("ask for the notifications of vault %q", vaultName)
	var n administration.Notifications
	err := a.call(ctx, what, func() error {
		out, err := a.client.GetVaultNotifications(ctx, &glacier.GetVaultNotificationsInput{AccountId: &a.id, VaultName: &vaultName})
		if err != nil {
			return err
		}
		if out.VaultNotificationConfig != nil {
			n.Topic, n.Events = aws.ToString(out.VaultNotificationConfig.SNSTopic), out.VaultNotificationConfig.Events
		}
		return nil
	})
	if err == nil && n.Topic == "" {
		err = vault.Errorf(vault.ErrNotFound, "%s: it announces nothing", what)
	}
	return n, err
}

// DeleteNotifications removes the notifications of a vault. It succeeds if there are none.
func (a *Account) DeleteNotifications(ctx context.Context, vaultName string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	return a.call(ctx, fmt.Sprintf("delete the notifications of vault %q", vaultName), func() error {
		_, err := a.client.DeleteVaultNotifications(ctx, &glacier.DeleteVaultNotificationsInput{AccountId: &a.id, VaultName: &vaultName})
		return err
	})
}
