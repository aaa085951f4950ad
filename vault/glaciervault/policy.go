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

// AccessPolicy returns the access policy of a vault, a document in JSON. ErrNotFound means
// that the vault has none, or does not exist.
func (a *Account) AccessPolicy(ctx context.Context, vaultName string) (string, error) {
	if err := checkName(vaultName); err != nil {
		return "", err
	}
	what := fmt.Sprintf("ask for the access policy of vault %q", vaultName)
	policy := ""
	err := a.call(ctx, what, func() error {
		out, err := a.client.GetVaultAccessPolicy(ctx, &glacier.GetVaultAccessPolicyInput{AccountId: &a.id, VaultName: &vaultName})
		if err != nil {
			return err
		}
		if out.Policy != nil {
			policy = aws.ToString(out.Policy.Policy)
		}
		return checkAnsweredPolicy(policy)
	})
	if err == nil && policy == "" {
		err = vault.Errorf(vault.ErrNotFound, "%s: it has none", what)
	}
	return policy, err
}

// SetAccessPolicy replaces the access policy of a vault. ErrInvalid: it is no policy, or
// the service does not understand it.
func (a *Account) SetAccessPolicy(ctx context.Context, vaultName, policy string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	what := fmt.Sprintf("set the access policy of vault %q", vaultName)
	if err := administration.CheckPolicy(policy); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return a.call(ctx, what, func() error {
		_, err := a.client.SetVaultAccessPolicy(ctx, &glacier.SetVaultAccessPolicyInput{
			AccountId: &a.id, VaultName: &vaultName, Policy: &types.VaultAccessPolicy{Policy: &policy},
		})
		return err
	})
}

// DeleteAccessPolicy removes the access policy of a vault. It succeeds if there is none.
func (a *Account) DeleteAccessPolicy(ctx context.Context, vaultName string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	return a.call(ctx, fmt.Sprintf("delete the access policy of vault %q", vaultName), func() error {
		_, err := a.client.DeleteVaultAccessPolicy(ctx, &glacier.DeleteVaultAccessPolicyInput{AccountId: &a.id, VaultName: &vaultName})
		return err
	})
}

// checkAnsweredPolicy refuses a policy that is longer than any that the service keeps. It
// does not check the content, since the policy is only shown.
func checkAnsweredPolicy(policy string) error {
	if len(policy) > administration.MaxPolicy {
		return vault.Errorf(vault.ErrInvalid, "the answer has a policy of %d bytes, and there is none beyond %d", len(policy), administration.MaxPolicy)
	}
	return nil
}
