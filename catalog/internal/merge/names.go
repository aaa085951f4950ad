package merge

import (
	"context"
	"database/sql"

	"firn/catalog/internal/contents"
	"firn/internal/vaultname"
	"firn/record"
)

// renamed returns an item with the canonical URL of its vault: an earlier firn may have
// recorded another name.
func (m *Merger) renamed(i contents.Item) contents.Item {
	switch i := i.(type) {
	case contents.Vault:
		i.URL = m.vaultName(i.URL)
		return i
	case record.Inventory:
		i.Vault = m.vaultName(i.Vault)
		return i
	case record.Archive:
		i.Vault = m.vaultName(i.Vault)
		return i
	case contents.Upload:
		i.Vault = m.vaultName(i.Vault)
		return i
	case record.Job:
		i.Vault = m.vaultName(i.Vault)
		return i
	case contents.Download:
		i.Vault = m.vaultName(i.Vault)
		return i
	}
	return i
}

// Finish saves the waiting items. Then it removes duplicates: the other record may have had
// the same upload, job or inventory under several names of a vault.
func (m *Merger) Finish(ctx context.Context) error {
	if err := m.flush(ctx); err != nil {
		return err
	}
	for was, is := range m.names {
		if was == is {
			continue
		}
		if err := m.db.Transact(ctx, func(tx *sql.Tx) error { return dropSame(ctx, tx, is) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *Merger) vaultName(was string) string {
	is, known := m.names[was]
	if !known {
		is = vaultname.Canonical(was)
		m.names[was] = is
	}
	return is
}
