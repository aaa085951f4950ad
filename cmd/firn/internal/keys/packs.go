package keys

import (
	"context"
	"slices"

	"firn/catalog"
	"firn/internal/seal"
	"firn/record"
)

// checkPacks tries the key on the heads of the packs of a vault, or of all vaults if vaultURL is
// empty. Vaults without encrypted packs are left out.
func checkPacks(ctx context.Context, c *catalog.Catalog, vaultURL string, ids seal.Identities) (checks []*check, err error) {
	book := c.Backups()
	for s, err := range book.Snapshots(ctx, vaultURL) {
		if err != nil {
			return nil, err
		}
		for pack, err := range book.Packs(ctx, s.Key) {
			if err != nil {
				return nil, err
			}
			if len(pack.Header) == 0 || pack.State == record.Lost {
				continue
			}
			i := slices.IndexFunc(checks, func(k *check) bool { return k.Vault == pack.Vault })
			if i < 0 {
				i = len(checks)
				checks = append(checks, &check{checkObject: checkObject{MessageType: "key_check", Vault: pack.Vault}})
			}
			checks[i].count(ids.Opens(pack.Header), &checks[i].Packs, &checks[i].PacksOpened)
		}
	}
	return checks, nil
}
