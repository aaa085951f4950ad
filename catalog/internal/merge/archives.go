package merge

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/catalog/internal/compare"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// merging merges archives of one vault with those on record.
type merging struct {
	tx          *sql.Tx
	now         time.Time
	count       *record.Merged
	vaultKey    int64
	last        int64 // key of the last archive that was on record
	known       map[vault.ArchiveID]*table.Keyed
	fresh       []table.Keyed
	changed     map[int64]record.Archive
	inventories map[time.Time]any // key by date, nil if there is none
}

func (m *merging) merge(ctx context.Context, archives []record.Archive) (err error) {
	if m.vaultKey, err = table.VaultKey(ctx, m.tx, archives[0].Vault); err != nil {
		return err
	}
	if err := m.tx.QueryRowContext(ctx, `SELECT coalesce(max(key), 0) FROM archives`).Scan(&m.last); err != nil {
		return err
	}
	if err := table.LookUp(ctx, m.tx, m.vaultKey, archives, m.known); err != nil {
		return err
	}
	m.fresh, m.changed = make([]table.Keyed, 0, len(archives)), map[int64]record.Archive{}
	for _, a := range archives {
		if err := m.findInventory(ctx, a); err != nil {
			return err
		}
		m.one(a)
	}
	if err := table.InsertArchives(ctx, m.tx, m.vaultKey, m.fresh, m.seen); err != nil {
		return err
	}
	for key, a := range m.changed {
		if err := m.update(ctx, key, a); err != nil {
			return err
		}
	}
	_, err = table.SortIn(ctx, m.tx)
	return err
}

// one merges one archive with the record.
func (m *merging) one(a record.Archive) {
	a = m.complete(a)
	k := m.known[a.ID]
	if k == nil {
		m.fresh = append(m.fresh, table.Keyed{Key: m.last + int64(len(m.fresh)) + 1, Archive: a})
		m.known[a.ID] = &m.fresh[len(m.fresh)-1]
		m.count.Added++
		return
	}
	is, agrees := compare.Merged(k.Archive, a, m.now)
	switch {
	case !agrees:
		m.count.Differing++
	case is == k.Archive:
		m.count.Known++
	default:
		m.count.Completed++
	}
	if is == k.Archive {
		return
	}
	k.Archive = is
	if k.Key <= m.last {
		m.changed[k.Key] = is
	}
}

// complete fills in fields that an archive on record always has: of an archive that is gone,
// the latest possible time of deletion and the state before.
func (m *merging) complete(a record.Archive) record.Archive {
	if !a.IsGone() {
		a.Before, a.Deleted = compare.Hidden(a.State, a.Before == record.Unproved), time.Time{}
		return a
	}
	if a.Deleted.IsZero() {
		a.Deleted = m.now
	}
	if a.Before == "" {
		a.Before = record.Stored
		if !a.Seen.IsZero() {
			a.Before = record.Confirmed
		}
	}
	return a
}

// findInventory finds the inventory on record that listed an archive.
func (m *merging) findInventory(ctx context.Context, a record.Archive) error {
	date := a.Seen.UTC()
	if _, ok := m.inventories[date]; ok || a.Seen.IsZero() {
		return nil
	}
	var key int64
	err := m.tx.QueryRowContext(ctx, `SELECT key FROM inventories WHERE vault = $1 AND date = $2
		ORDER BY key DESC LIMIT 1`, a.Vault, table.Instant(date)).Scan(&key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		m.inventories[date] = nil
	case err != nil:
		return err
	default:
		m.inventories[date] = key
	}
	return nil
}

func (m *merging) seen(a record.Archive) any { return m.inventories[a.Seen.UTC()] }

func (m *merging) update(ctx context.Context, key int64, a record.Archive) error {
	if err := table.UpdateArchive(ctx, m.tx, key, a); err != nil {
		return err
	}
	if m.seen(a) == nil {
		return nil
	}
	_, err := m.tx.ExecContext(ctx, `UPDATE archives SET inventory_key = $1 WHERE key = $2`, m.seen(a), key)
	return err
}
