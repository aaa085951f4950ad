package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
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
		CreationDate:      wire.Date(info.Created),
		LastInventoryDate: wire.Date(info.Inventoried),
		NumberOfArchives:  info.Archives,
		SizeInBytes:       info.Bytes,
		VaultARN:          a.arn(info.Name),
		VaultName:         info.Name,
	}
}

func (a *account) vaultNotFound(name string) error {
	return refusal.NotFound("Vault not found for ARN: " + a.arn(name))
}

// orVaultNotFound returns the refusal of the vault for ErrNotFound, which must mean the vault.
// Other errors it returns as they are.
func (a *account) orVaultNotFound(err error, name string) error {
	if errors.Is(err, vault.ErrNotFound) {
		return a.vaultNotFound(name)
	}
	return err
}

func (a *account) createVault(ctx context.Context, c *call) (wire.Reply, error) {
	name := c.target.vault
	if !wire.IsVaultName(name) {
		return wire.Reply{}, refusal.Invalid("Invalid vault name: " + name)
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	if err := a.checkVaultCount(ctx, name); err != nil {
		return wire.Reply{}, err
	}
	if err := a.store.CreateVault(ctx, name); err != nil {
		if errors.Is(err, vault.ErrInvalid) {
			err = refusal.Invalid("Invalid vault name: " + name)
		}
		return wire.Reply{}, err
	}
	return wire.Reply{
		Status: http.StatusCreated,
		Header: map[string]string{"Location": a.location(name)},
	}, nil
}

// checkVaultCount refuses a new vault if the account has as many as it may have.
func (a *account) checkVaultCount(ctx context.Context, name string) error {
	n, err := a.store.VaultCount(ctx)
	if err != nil || n < wire.MaxVaults {
		return err
	}
	if _, err := a.store.DescribeVault(ctx, name); !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	return refusal.LimitExceeded(fmt.Sprintf("The limit of %d vaults has been reached.", wire.MaxVaults))
}

func (a *account) describeVault(ctx context.Context, c *call) (wire.Reply, error) {
	name := c.target.vault
	if !wire.IsVaultName(name) {
		return wire.Reply{}, a.vaultNotFound(name)
	}
	info, err := a.store.DescribeVault(ctx, name)
	if err != nil {
		return wire.Reply{}, a.orVaultNotFound(err, name)
	}
	return wire.Reply{Status: http.StatusOK, Body: a.describe(info)}, nil
}

// deleteVault succeeds also if there is no such vault, as the service was seen to do.
func (a *account) deleteVault(ctx context.Context, c *call) (wire.Reply, error) {
	done := wire.Reply{Status: http.StatusNoContent}
	name := c.target.vault
	if !wire.IsVaultName(name) {
		return done, nil
	}
	err := a.store.DeleteVault(ctx, name)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return done, nil
	case errors.Is(err, vault.ErrInvalid):
		return wire.Reply{}, refusal.Invalid("Vault not empty or recently written to: " + a.arn(name))
	}
	return done, err
}

// listVaults answers with a page of vaults. Its marker is the ARN of the first
// vault of the next page.
func (a *account) listVaults(ctx context.Context, c *call) (wire.Reply, error) {
	limit, marker, err := wire.PageOf(c.r, wire.VaultsPage)
	if err != nil {
		return wire.Reply{}, err
	}
	from, ok := strings.CutPrefix(marker, a.arn(""))
	if marker != "" && (!ok || !wire.IsVaultName(from)) {
		return wire.Reply{}, refusal.Invalid("Invalid marker: " + marker)
	}
	page := struct {
		Marker    *string
		VaultList []vaultDescription
	}{VaultList: []vaultDescription{}}
	for info, err := range a.store.Vaults(ctx, from) {
		if err != nil {
			return wire.Reply{}, err
		}
		if len(page.VaultList) == limit {
			page.Marker = wire.OrNull(a.arn(info.Name))
			break
		}
		page.VaultList = append(page.VaultList, a.describe(info))
	}
	return wire.Reply{Status: http.StatusOK, Body: page}, nil
}
