package glaciervault

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/vault/administration"
)

// tagsPerRequest is the largest number of tags that a request can add or remove.
const tagsPerRequest = 10

// Tags returns the tags of a vault, which may be none.
func (a *Account) Tags(ctx context.Context, vaultName string) (map[string]string, error) {
	if err := checkName(vaultName); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	err := a.call(ctx, fmt.Sprintf("list the tags of vault %q", vaultName), func() error {
		out, err := a.client.ListTagsForVault(ctx, &glacier.ListTagsForVaultInput{AccountId: &a.id, VaultName: &vaultName})
		if err == nil {
			maps.Copy(tags, out.Tags)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return tags, nil
}

// AddTags sets tags of a vault and replaces those with the same keys. It sends more than
// ten tags in several requests, so some may be set after an error. It may be repeated. It
// returns ErrInvalid if the vault would have more than vault.MaxTags tags.
func (a *Account) AddTags(ctx context.Context, vaultName string, tags map[string]string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	what := fmt.Sprintf("set tags of vault %q", vaultName)
	if err := administration.CheckTags(tags); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for keys := range slices.Chunk(slices.Sorted(maps.Keys(tags)), tagsPerRequest) {
		some := make(map[string]string, len(keys))
		for _, key := range keys {
			some[key] = tags[key]
		}
		err := a.call(ctx, what, func() error {
			_, err := a.client.AddTagsToVault(ctx, &glacier.AddTagsToVaultInput{AccountId: &a.id, VaultName: &vaultName, Tags: some})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveTags removes tags of a vault by their keys. It ignores keys that do not exist. As
// with AddTags, some may be removed after an error.
func (a *Account) RemoveTags(ctx context.Context, vaultName string, keys []string) error {
	if err := checkName(vaultName); err != nil {
		return err
	}
	what := fmt.Sprintf("remove tags of vault %q", vaultName)
	for _, key := range keys {
		if err := administration.CheckTagKey(key); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	for some := range slices.Chunk(keys, tagsPerRequest) {
		err := a.call(ctx, what, func() error {
			_, err := a.client.RemoveTagsFromVault(ctx, &glacier.RemoveTagsFromVaultInput{AccountId: &a.id, VaultName: &vaultName, TagKeys: some})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
