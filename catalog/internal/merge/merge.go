// Package merge merges the items of another record into a catalog: of an export, or of a
// damaged file. What both have is there once afterwards, with everything that either knows
// of it. Nothing is removed, so a merge may be repeated.
//
// It also saves the archive that an upload made, and merges what an earlier firn recorded
// under two names of one vault.
package merge

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/catalog/internal/contents"
	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// mergeAtOnce is how many items, parts and segments are merged in one transaction: enough
// to write the indexes in order for many archives at a time.
const mergeAtOnce = 20_000

// Merger merges the items of another record into a catalog, many in one transaction.
type Merger struct {
	Made time.Time       // when the other record was made, if that is known
	Read contents.Counts // the items that were added to the Merger
	outcome

	db       *sqlite.DB
	now      func() time.Time
	progress func(contents.Counts)

	items  []contents.Item // those that wait
	weight int             // of the items

	deletions map[string]time.Time // when each vault last accepted to delete an archive, as the other record says
	names     map[string]string    // canonical URLs of vaults, by the names in the other record
}

// New returns a Merger into db. After each transaction it calls progress with Read.
func New(db *sqlite.DB, now func() time.Time, progress func(contents.Counts)) *Merger {
	return &Merger{db: db, now: now, progress: progress, deletions: map[string]time.Time{}, names: map[string]string{}}
}

// outcome is what the items so far have changed.
type outcome struct {
	Merged record.Merged
	// Keys of the last upload and the last download, for items that continue them; 0 if
	// what is on record is later, so that their parts are not wanted.
	upload, download int64
}

// Add adds an item. It saves the waiting items if they are many.
func (m *Merger) Add(ctx context.Context, i contents.Item) error {
	i = m.dated(m.renamed(i))
	m.items = append(m.items, i)
	m.Read.Count(i)
	m.weight += weightOf(i)
	if m.weight < mergeAtOnce {
		return nil
	}
	return m.flush(ctx)
}

// dated adds the latest possible time of deletion to an archive that is gone, if an older
// firn did not record that time. An archive of the same id that is younger is not gone.
func (m *Merger) dated(i contents.Item) contents.Item {
	switch i := i.(type) {
	case contents.Vault:
		if i.Deleted.After(m.deletions[i.URL]) {
			m.deletions[i.URL] = i.Deleted
		}
	case record.Archive:
		if !i.IsGone() || !i.Deleted.IsZero() {
			return i
		}
		i.Deleted = m.Made
		last := m.deletions[i.Vault]
		isBound := i.State == record.Deleted && last.After(i.Created) && (m.Made.IsZero() || last.Before(m.Made))
		if isBound {
			i.Deleted = last
		}
		if now := m.now().UTC().Round(0); i.Deleted.After(now) {
			i.Deleted = now
		}
		return i
	}
	return i
}

// weightOf is one for an item, for each of its parts and for each KiB of its texts.
func weightOf(i contents.Item) int {
	switch i := i.(type) {
	case record.Archive:
		return 1 + (len(i.ID)+len(i.Name)+len(i.Description))>>10
	case contents.Upload:
		return 1 + len(i.Parts) + (len(i.Source.Path)+len(i.Description))>>10
	case record.Job:
		return 1 + (len(i.Description)+len(i.Message))>>10
	case contents.Download:
		return 1 + len(i.Segments) + len(i.Target)>>10
	}
	return 1
}

// flush saves the waiting items.
func (m *Merger) flush(ctx context.Context) error {
	after := m.outcome
	err := m.db.Transact(ctx, func(tx *sql.Tx) error {
		after = m.outcome
		return after.items(ctx, tx, m.items, m.now())
	})
	if err != nil {
		return err
	}
	clear(m.items) // so that their texts can be freed
	m.outcome, m.items, m.weight = after, m.items[:0], 0
	m.progress(m.Read)
	return nil
}

func (m *outcome) items(ctx context.Context, tx *sql.Tx, items []contents.Item, now time.Time) error {
	var archives []record.Archive
	for _, i := range items {
		var isNews bool
		var err error
		switch i := i.(type) {
		case record.Archive:
			archives = append(archives, i)
		case contents.Vault:
			err = mergeVault(ctx, tx, i)
		case record.Inventory:
			isNews, err = mergeInventory(ctx, tx, i)
		case contents.Upload:
			isNews, err = m.oneUpload(ctx, tx, i)
		case record.Job:
			isNews, err = mergeJob(ctx, tx, i)
		case contents.Download:
			isNews, err = m.oneDownload(ctx, tx, i)
		}
		if err != nil {
			return err
		}
		if isNews {
			m.Merged.Others++
		}
	}
	return Archives(ctx, tx, archives, &m.Merged, now)
}

func mergeVault(ctx context.Context, tx *sql.Tx, v contents.Vault) error {
	key, err := table.VaultKey(ctx, tx, v.URL)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE vaults SET deleted = $1 WHERE key = $2 AND deleted < $1`, table.Instant(v.Deleted), key)
	return err
}

// mergeInventory adds an inventory that is not on record.
func mergeInventory(ctx context.Context, tx *sql.Tx, i record.Inventory) (isNews bool, err error) {
	_, err = table.ScanInventory(tx.QueryRowContext(ctx, `SELECT key, `+table.InventoryColumns+` FROM inventories
		WHERE vault = $1 AND source = $2 AND date = $3`, i.Vault, i.Source, table.Instant(i.Date)))
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	i.Key = 0
	return true, table.SaveInventory(ctx, tx, &i)
}

// mergeJob adds a job that is not on record. It does not change the state of a known job:
// the vault knows that.
func mergeJob(ctx context.Context, tx *sql.Tx, j record.Job) (isNews bool, err error) {
	_, err = table.ScanJob(tx.QueryRowContext(ctx, `SELECT key, `+table.JobColumns+` FROM jobs
		WHERE vault = $1 AND job_id = $2 AND token = $3 AND archive_id = $4`, j.Vault, j.ID, j.Token, j.Archive))
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	var key int64
	return true, table.SaveJob(ctx, tx, &key, j)
}

// Archives merges archives of another record into the catalog. It adds archives that are
// not on record, and fills in missing fields of the others; see [compare.Merged]. It adds
// to the counts in n. It is fastest if the archives of one vault follow each other.
func Archives(ctx context.Context, tx *sql.Tx, archives []record.Archive, n *record.Merged, now time.Time) error {
	if _, err := table.SortIn(ctx, tx); err != nil { // ids must have the archives of an unfinished inventory
		return err
	}
	for from := 0; from < len(archives); {
		to := from + 1
		for to < len(archives) && archives[to].Vault == archives[from].Vault {
			to++
		}
		m := merging{tx: tx, now: now.UTC().Round(0), count: n, known: map[vault.ArchiveID]*table.Keyed{}, inventories: map[time.Time]any{}}
		if err := m.merge(ctx, archives[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}
