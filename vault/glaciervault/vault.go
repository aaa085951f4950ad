package glaciervault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// Vault is one vault. It implements vault.Vault.
type Vault struct {
	account *Account
	name    string
}

var _ vault.Vault = (*Vault)(nil)

const (
	minPartSize    = 1 << 20 // bytes
	maxPartSize    = 4 << 30 // bytes
	maxParts       = 10_000
	outputLifetime = 24 * time.Hour // at least; the service may keep an output longer
	inventoryLag   = 24 * time.Hour // approximately; the service makes one inventory a day
)

// Name returns the vault's name.
func (v *Vault) Name() string { return v.name }

// URL returns the vault's canonical URL; see [Account.URL].
func (v *Vault) URL() string { return v.account.URL(v.name) }

// Limits returns the limits of the service ("Uploading large archives in parts" and
// "Initiate Job" in the developer guide).
func (v *Vault) Limits() vault.Limits {
	return vault.Limits{
		MinPartSize:        minPartSize,
		MaxPartSize:        maxPartSize,
		PartSizePowerOfTwo: true,
		MaxParts:           maxParts,
		MinArchiveSize:     1,
		MaxArchiveSize:     maxParts * maxPartSize,
		MaxDescription:     maxDescription,
		RangeAlignment:     treehash.LeafSize,
		Tiers:              []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk},
		OutputLifetime:     outputLifetime,
		InventoryLag:       inventoryLag,
	}
}

// DeleteArchive removes an archive. The present inventory still lists it; the next one does
// not.
func (v *Vault) DeleteArchive(ctx context.Context, id vault.ArchiveID) error {
	err := checkID("archive", id)
	if err == nil {
		err = v.call(ctx, fmt.Sprintf("delete archive %q", string(id)), func() error {
			_, err := v.account.client.DeleteArchive(ctx, &glacier.DeleteArchiveInput{
				AccountId: &v.account.id, VaultName: &v.name, ArchiveId: (*string)(&id),
			})
			return err
		})
	}
	return v.ignoreMissing(err)
}

// HasArchives uses the number of archives in the vault's last inventory (DescribeVault).
func (v *Vault) HasArchives(ctx context.Context) (bool, error) {
	info, err := v.account.DescribeVault(ctx, v.name)
	return info.Archives > 0, err
}

// ignoreMissing removes the error that an object to be removed does not exist, unless the
// whole vault does not exist.
func (v *Vault) ignoreMissing(err error) error {
	if answer := amazon.Refusal(err); errors.Is(err, vault.ErrNotFound) && (answer == nil || !vaultMissing(answer)) {
		return nil
	}
	return err
}

// call is [Account.call] with the vault's name in front of what.
func (v *Vault) call(ctx context.Context, what string, request func() error) error {
	return v.account.call(ctx, v.what(what), request)
}

func (v *Vault) what(what string) string { return fmt.Sprintf("vault %q: %s", v.name, what) }
