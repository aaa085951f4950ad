package lab

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/inventory"
)

// Inventory writes an inventory with a number of archives to a new file at path, in the
// form of the service: the ids have 138 characters and are in no order, and Description
// gives the descriptions. It returns the size of the file in bytes.
func Inventory(path, vaultName string, archives int64) (size int64, err error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	made := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	w, err := inventory.NewWriter(file, false, inventory.Head{
		VaultARN: "arn:aws:glacier:us-east-1:123456789012:vaults/" + vaultName, Date: made,
	})
	if err != nil {
		return 0, err
	}
	random := rand.NewChaCha8([32]byte{10})
	for i := range archives {
		var id [103]byte
		var hash treehash.Hash
		_, _ = random.Read(id[:])   // never fails
		_, _ = random.Read(hash[:]) // never fails
		err := w.Add(vault.Archive{
			ID:          vault.ArchiveID(base64.RawURLEncoding.EncodeToString(id[:])),
			Description: Description(i),
			Size:        i, TreeHash: hash, Created: made.Add(-time.Duration(i) * time.Second),
		})
		if err != nil {
			return 0, err
		}
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Description returns the description of archive i of an Inventory: a path as tools write
// it. Every thousandth archive has the same directory.
func Description(i int64) string {
	return fmt.Sprintf("/srv/backup/host%03d/%07d/volume.tar", i%1000, i)
}

// Import prepares the import of an Inventory of the vault into the catalog. The import
// sends no requests.
func (f Firn) Import(ctx context.Context, vaultName, path string) *exec.Cmd {
	return f.Command(ctx, "inventory", "import", UnaskedVault(vaultName), path, "--json", "--quiet")
}

// UnaskedVault returns the URL of a vault that exists only in the catalog. There is no
// server at its address.
func UnaskedVault(name string) string { return VaultURL("http://127.0.0.1:1", name) }
