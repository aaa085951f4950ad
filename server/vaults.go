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

func (s *Server) describe(info vault.Info) vaultDescription {
	return vaultDescription{
		CreationDate:      date(info.Created),
		LastInventoryDate: date(info.Inventoried),
		NumberOfArchives:  info.Archives,
		SizeInBytes:       info.Bytes,
		VaultARN:          s.arn(info.Name),
		VaultName:         info.Name,
	}
}

// ARN returns the service's full name of a vault.
func ARN(region, account, name string) string {
	return fmt.Sprintf("arn:aws:glacier:%s:%s:vaults/%s", region, account, name)
}

func (s *Server) arn(name string) string { return ARN(s.options.Region, s.options.Account, name) }

// location returns the value of a Location header for something in a vault.
func (s *Server) location(segments ...string) string {
	return "/" + s.options.Account + "/vaults/" + strings.Join(segments, "/")
}

func (s *Server) vaultNotFound(name string) error {
	return notFound("Vault not found for ARN: " + s.arn(name))
}

// orVaultNotFound puts ErrNotFound, where it can only mean the vault, into the
// service's words.
func (s *Server) orVaultNotFound(err error, name string) error {
	if errors.Is(err, vault.ErrNotFound) {
		return s.vaultNotFound(name)
	}
	return err
}

func (s *Server) createVault(ctx context.Context, c *call) (reply, error) {
	name := c.target.vault
	if !isVaultName(name) {
		return reply{}, invalid("Invalid vault name: " + name)
	}
	if err := s.store.CreateVault(ctx, name); err != nil {
		if errors.Is(err, vault.ErrInvalid) {
			err = invalid("Invalid vault name: " + name)
		}
		return reply{}, err
	}
	return reply{
		status: http.StatusCreated,
		header: map[string]string{"Location": s.location(name)},
	}, nil
}

func (s *Server) describeVault(ctx context.Context, c *call) (reply, error) {
	name := c.target.vault
	if !isVaultName(name) {
		return reply{}, s.vaultNotFound(name)
	}
	info, err := s.store.DescribeVault(ctx, name)
	if err != nil {
		return reply{}, s.orVaultNotFound(err, name)
	}
	return reply{status: http.StatusOK, body: s.describe(info)}, nil
}

// deleteVault succeeds for a vault that is not there, as the service was seen
// to do, so that it may be repeated.
func (s *Server) deleteVault(ctx context.Context, c *call) (reply, error) {
	done := reply{status: http.StatusNoContent}
	name := c.target.vault
	if !isVaultName(name) {
		return done, nil
	}
	err := s.store.DeleteVault(ctx, name)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return done, nil
	case errors.Is(err, vault.ErrInvalid):
		return reply{}, invalid("Vault not empty or recently written to: " + s.arn(name))
	}
	return done, err
}

// listVaults answers with a page of vaults. Its marker is the ARN of the first
// vault of the next page.
func (s *Server) listVaults(ctx context.Context, c *call) (reply, error) {
	limit, marker, err := pageOf(c.r, vaultsPage)
	if err != nil {
		return reply{}, err
	}
	from, ok := strings.CutPrefix(marker, s.arn(""))
	if marker != "" && (!ok || !isVaultName(from)) {
		return reply{}, invalid("Invalid marker: " + marker)
	}
	page := struct {
		Marker    *string
		VaultList []vaultDescription
	}{VaultList: []vaultDescription{}}
	for info, err := range s.store.Vaults(ctx, from) {
		if err != nil {
			return reply{}, err
		}
		if len(page.VaultList) == limit {
			page.Marker = orNull(s.arn(info.Name))
			break
		}
		page.VaultList = append(page.VaultList, s.describe(info))
	}
	return reply{status: http.StatusOK, body: page}, nil
}
