package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"firn/vault"
)

// vaultDescription is DescribeVaultOutput.
type vaultDescription struct {
	CreationDate      *string
	LastInventoryDate *string
	NumberOfArchives  int64
	SizeInBytes       int64
	VaultARN          string
	VaultName         string
}

func (a *account) describe(info vault.Info) vaultDescription {
	return vaultDescription{
		CreationDate:      date(info.Created),
		LastInventoryDate: date(info.Inventoried),
		NumberOfArchives:  info.Archives,
		SizeInBytes:       info.Bytes,
		VaultARN:          a.arn(info.Name),
		VaultName:         info.Name,
	}
}

func (a *account) vaultNotFound(name string) error {
	return notFound("Vault not found for ARN: " + a.arn(name))
}

// orVaultNotFound puts ErrNotFound, where it can only mean the vault, into the
// service's words.
func (a *account) orVaultNotFound(err error, name string) error {
	if errors.Is(err, vault.ErrNotFound) {
		return a.vaultNotFound(name)
	}
	return err
}

func (a *account) createVault(ctx context.Context, c *call) (reply, error) {
	name := c.target.vault
	if !isVaultName(name) {
		return reply{}, invalid("Invalid vault name: " + name)
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	if err := a.checkVaultCount(ctx, name); err != nil {
		return reply{}, err
	}
	if err := a.store.CreateVault(ctx, name); err != nil {
		if errors.Is(err, vault.ErrInvalid) {
			err = invalid("Invalid vault name: " + name)
		}
		return reply{}, err
	}
	return reply{
		status: http.StatusCreated,
		header: map[string]string{"Location": a.location(name)},
	}, nil
}

// checkVaultCount refuses a vault more than an account may have, unless it is there
// already.
func (a *account) checkVaultCount(ctx context.Context, name string) error {
	n, err := a.store.VaultCount(ctx)
	if err != nil || n < maxVaults {
		return err
	}
	if _, err := a.store.DescribeVault(ctx, name); !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	return limitExceeded(fmt.Sprintf("The limit of %d vaults has been reached.", maxVaults))
}

func (a *account) describeVault(ctx context.Context, c *call) (reply, error) {
	name := c.target.vault
	if !isVaultName(name) {
		return reply{}, a.vaultNotFound(name)
	}
	info, err := a.store.DescribeVault(ctx, name)
	if err != nil {
		return reply{}, a.orVaultNotFound(err, name)
	}
	return reply{status: http.StatusOK, body: a.describe(info)}, nil
}

// deleteVault succeeds for a vault that is not there, as the service was seen
// to do, so that it may be repeated.
func (a *account) deleteVault(ctx context.Context, c *call) (reply, error) {
	done := reply{status: http.StatusNoContent}
	name := c.target.vault
	if !isVaultName(name) {
		return done, nil
	}
	err := a.store.DeleteVault(ctx, name)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return done, nil
	case errors.Is(err, vault.ErrInvalid):
		return reply{}, invalid("Vault not empty or recently written to: " + a.arn(name))
	}
	return done, err
}

// listVaults answers with a page of vaults. Its marker is the ARN of the first
// vault of the next page.
func (a *account) listVaults(ctx context.Context, c *call) (reply, error) {
	limit, marker, err := pageOf(c.r, vaultsPage)
	if err != nil {
		return reply{}, err
	}
	from, ok := strings.CutPrefix(marker, a.arn(""))
	if marker != "" && (!ok || !isVaultName(from)) {
		return reply{}, invalid("Invalid marker: " + marker)
	}
	page := struct {
		Marker    *string
		VaultList []vaultDescription
	}{VaultList: []vaultDescription{}}
	for info, err := range a.store.Vaults(ctx, from) {
		if err != nil {
			return reply{}, err
		}
		if len(page.VaultList) == limit {
			page.Marker = orNull(a.arn(info.Name))
			break
		}
		page.VaultList = append(page.VaultList, a.describe(info))
	}
	return reply{status: http.StatusOK, body: page}, nil
}
