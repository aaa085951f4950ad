package catalog

import (
	"context"
	"database/sql"

	"firn/internal/vaultname"
	"firn/record"
)

// renamed is an item under the name that its vault has now: the other record may be
// one of an earlier firn.
func (m *merger) renamed(i item) item {
	switch i := i.(type) {
	case knownVault:
		i.url = m.vaultName(i.url)
		return i
	case record.Inventory:
		i.Vault = m.vaultName(i.Vault)
		return i
	case record.Archive:
		i.Vault = m.vaultName(i.Vault)
		return i
	case uploadPiece:
		i.Vault = m.vaultName(i.Vault)
		return i
	case record.Job:
		i.Vault = m.vaultName(i.Vault)
		return i
	case downloadPiece:
		i.Vault = m.vaultName(i.Vault)
		return i
	}
	return i
}

// finish saves the items that wait. What the other record had under several names of
// a vault is then there once.
func (m *merger) finish(ctx context.Context) error {
	if err := m.flush(ctx); err != nil {
		return err
	}
	for was, is := range m.names {
		if was == is {
			continue
		}
		if err := m.c.db.Transact(ctx, func(tx *sql.Tx) error { return dropSame(ctx, tx, is) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) vaultName(was string) string {
	is, known := m.names[was]
	if !known {
		if m.names == nil {
			m.names = map[string]string{}
		}
		is = vaultname.Canonical(was)
		m.names[was] = is
	}
	return is
}
