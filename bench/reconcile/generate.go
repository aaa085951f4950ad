package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"firn/inventory"
	"firn/treehash"
	"firn/vault"
)

// generate writes an inventory as the service does: ids of 138 characters, in no
// order, and descriptions as tools write them. It returns its size in bytes.
func generate(path string, entries int64) (size int64, err error) {
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
	for i := range entries {
		var id [103]byte
		var hash treehash.Hash
		_, _ = random.Read(id[:])   // never fails
		_, _ = random.Read(hash[:]) // never fails
		err := w.Add(vault.Archive{
			ID:          vault.ArchiveID(base64.RawURLEncoding.EncodeToString(id[:])),
			Description: fmt.Sprintf("/srv/backup/host%03d/%07d/volume.tar", i%1000, i),
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
