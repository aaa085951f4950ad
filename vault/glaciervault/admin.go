package glaciervault

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/vault"
)

// CreateVault creates a vault. It succeeds and changes nothing if the vault exists.
func (a *Account) CreateVault(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return a.call(ctx, fmt.Sprintf("create vault %q", name), func() error {
		_, err := a.client.CreateVault(ctx, &glacier.CreateVaultInput{AccountId: &a.id, VaultName: &name})
		return err
	})
}

// DeleteVault removes an empty vault. The service decides by the last inventory and by
// later writes, so a vault emptied a moment ago is ErrInvalid until the next day. For a
// vault that does not exist the service returns ErrNotFound or, often, no error.
func (a *Account) DeleteVault(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return a.call(ctx, fmt.Sprintf("delete vault %q", name), func() error {
		_, err := a.client.DeleteVault(ctx, &glacier.DeleteVaultInput{AccountId: &a.id, VaultName: &name})
		return err
	})
}

// DescribeVault describes one vault. Archives and Bytes are as of the last inventory. Bytes
// includes the 32 KiB that the service adds for each archive.
func (a *Account) DescribeVault(ctx context.Context, name string) (vault.Info, error) {
	if err := checkName(name); err != nil {
		return vault.Info{}, err
	}
	var info vault.Info
	err := a.call(ctx, fmt.Sprintf("describe vault %q", name), func() error {
		out, err := a.client.DescribeVault(ctx, &glacier.DescribeVaultInput{AccountId: &a.id, VaultName: &name})
		if err != nil {
			return err
		}
		info, err = parseInfo(types.DescribeVaultOutput{
			CreationDate: out.CreationDate, LastInventoryDate: out.LastInventoryDate,
			NumberOfArchives: out.NumberOfArchives, SizeInBytes: out.SizeInBytes,
			VaultARN: out.VaultARN, VaultName: out.VaultName,
		})
		if err != nil {
			return vault.Errorf(vault.ErrGarbled, "the answer makes no sense: %w", err)
		}
		return nil
	})
	return info, err
}

// Vaults lists the account's vaults in the region, sorted by name in ASCII order, beginning
// with the first name that is not less than from. A list that makes no sense is ErrInvalid.
func (a *Account) Vaults(ctx context.Context, from string) iter.Seq2[vault.Info, error] {
	const what = "list the vaults"
	last := "" // of the names seen
	parse := func(e types.DescribeVaultOutput) (vault.Info, error) {
		info, err := parseInfo(e)
		if err == nil && info.Name <= last {
			err = fmt.Errorf("it does not advance: vault %q comes after %q", info.Name, last)
		}
		last = info.Name
		return info, err
	}
	all := pages(what, maxVaults, func(marker *string) (p page[types.DescribeVaultOutput], err error) {
		err = a.call(ctx, what, func() error {
			out, err := a.client.ListVaults(ctx, &glacier.ListVaultsInput{AccountId: &a.id, Marker: marker})
			if err == nil {
				p = page[types.DescribeVaultOutput]{out.VaultList, out.Marker, out.ResultMetadata}
			}
			return err
		})
		return p, err
	}, parse, func(e types.DescribeVaultOutput) *string { return e.VaultName })
	return func(yield func(vault.Info, error) bool) {
		for info, err := range all {
			if err == nil && info.Name < from {
				continue
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

func parseInfo(e types.DescribeVaultOutput) (vault.Info, error) {
	name := aws.ToString(e.VaultName)
	if err := checkName(name); err != nil {
		return vault.Info{}, fmt.Errorf("no vault can be called %.300q", name)
	}
	created, err := parseTime(e.CreationDate)
	if err != nil {
		return vault.Info{}, fmt.Errorf("vault %q: %w", name, err)
	}
	inventoried, err := parseTime(e.LastInventoryDate)
	if err != nil {
		return vault.Info{}, fmt.Errorf("vault %q: %w", name, err)
	}
	return vault.Info{
		Name: name, ARN: aws.ToString(e.VaultARN), Created: created, Inventoried: inventoried,
		Archives: e.NumberOfArchives, Bytes: e.SizeInBytes,
	}, nil
}
