package catalog

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"firn/record"
	"firn/vault"
)

// mergeAtOnce is how many items, parts and segments are merged in one transaction:
// enough that the indexes are written in order for many archives at a time.
const mergeAtOnce = 20_000

// merger brings items of another record into a catalog, many in one transaction.
type merger struct {
	c    *Catalog
	told func(Contents) // what was read so far
	read Contents
	merge

	items  []item
	weight int // of the items

	made      time.Time            // when the other record was as it is read, if that is known
	deletions map[string]time.Time // when vaults last accepted to delete an archive, as it says
	names     map[string]string    // of vaults, by what another record calls them
}

// merge is what becomes of a record that is brought into another.
type merge struct {
	merged record.Merged
	// Pieces that continue an upload or a download go where the first one went; 0:
	// nowhere, since what is on record was later.
	upload, download int64
}

// add takes an item, and saves those that wait if they are many.
func (m *merger) add(ctx context.Context, i item) error {
	i = m.dated(m.renamed(i))
	m.items = append(m.items, i)
	m.read.count(i)
	m.weight += weightOf(i)
	if m.weight < mergeAtOnce {
		return nil
	}
	return m.flush(ctx)
}

// dated gives an archive that is gone, and of which an older firn did not note since
// when, the time at which it was so at the latest. Whatever has its id and is younger is
// not gone.
func (m *merger) dated(i item) item {
	switch i := i.(type) {
	case knownVault:
		if m.deletions == nil {
			m.deletions = map[string]time.Time{}
		}
		if i.deleted.After(m.deletions[i.url]) {
			m.deletions[i.url] = i.deleted
		}
	case record.Archive:
		if !i.IsGone() || !i.Deleted.IsZero() {
			return i
		}
		i.Deleted = m.made
		last := m.deletions[i.Vault]
		isBound := i.State == record.Deleted && last.After(i.Created) && (m.made.IsZero() || last.Before(m.made))
		if isBound {
			i.Deleted = last
		}
		if now := m.c.now().UTC().Round(0); i.Deleted.After(now) {
			i.Deleted = now
		}
		return i
	}
	return i
}

// weightOf is one for an item, for each of its parts and for each KiB of its texts.
func weightOf(i item) int {
	switch i := i.(type) {
	case record.Archive:
		return 1 + (len(i.ID)+len(i.Name)+len(i.Description))>>10
	case uploadPiece:
		return 1 + len(i.parts) + (len(i.Source.Path)+len(i.Description))>>10
	case record.Job:
		return 1 + (len(i.Description)+len(i.Message))>>10
	case downloadPiece:
		return 1 + len(i.segments) + len(i.Target)>>10
	}
	return 1
}

// flush saves the items that wait.
func (m *merger) flush(ctx context.Context) error {
	after := m.merge
	err := m.c.db.Transact(ctx, func(tx *sql.Tx) error {
		after = m.merge
		return after.items(ctx, tx, m.items, m.c.now())
	})
	if err != nil {
		return err
	}
	clear(m.items) // so that no text is held on to
	m.merge, m.items, m.weight = after, m.items[:0], 0
	m.told(m.read)
	return nil
}

func (m *merge) items(ctx context.Context, tx *sql.Tx, items []item, now time.Time) error {
	var archives []record.Archive
	for _, i := range items {
		var isNews bool
		var err error
		switch i := i.(type) {
		case record.Archive:
			archives = append(archives, i)
		case knownVault:
			err = mergeVault(ctx, tx, i)
		case record.Inventory:
			isNews, err = mergeInventory(ctx, tx, i)
		case uploadPiece:
			isNews, err = m.oneUpload(ctx, tx, i)
		case record.Job:
			isNews, err = mergeJob(ctx, tx, i)
		case downloadPiece:
			isNews, err = m.oneDownload(ctx, tx, i)
		}
		if err != nil {
			return err
		}
		if isNews {
			m.merged.Others++
		}
	}
	return mergeArchives(ctx, tx, archives, &m.merged, now)
}

func mergeVault(ctx context.Context, tx *sql.Tx, v knownVault) error {
	key, err := vaultKey(ctx, tx, v.url)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE vaults SET deleted = $1 WHERE key = $2 AND deleted < $1`, instant(v.deleted), key)
	return err
}

// mergeInventory adds an inventory that is not on record.
func mergeInventory(ctx context.Context, tx *sql.Tx, i record.Inventory) (isNews bool, err error) {
	_, err = scanInventory(tx.QueryRowContext(ctx, `SELECT key, `+inventoryColumns+` FROM inventories
		WHERE vault = $1 AND source = $2 AND date = $3`, i.Vault, i.Source, instant(i.Date)))
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	i.Key = 0
	return true, saveInventory(ctx, tx, &i)
}

// mergeJob adds a job that is not on record. How a known one stands, the vault
// tells.
func mergeJob(ctx context.Context, tx *sql.Tx, j record.Job) (isNews bool, err error) {
	_, err = scanJob(tx.QueryRowContext(ctx, `SELECT key, `+jobColumns+` FROM jobs
		WHERE vault = $1 AND job_id = $2 AND token = $3 AND archive_id = $4`, j.Vault, j.ID, j.Token, j.Archive))
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	var key int64
	return true, saveJob(ctx, tx, &key, j)
}

// MergeArchives brings archives from another record into this one, all or none.
// It adds archives that are not on record, and fills in missing fields of the others;
// a size or tree hash that is on record stays, and Differing counts the archives for
// which the two records disagree. An archive that is Deleting or Deleted on either record
// stays so, unless the other record knows by a later inventory that the archive is there,
// or that another one has its id. Otherwise the state of the record with the newer
// inventory counts; without any inventory, ours.
func (c *Catalog) MergeArchives(ctx context.Context, archives []record.Archive) (record.Merged, error) {
	var n record.Merged
	err := c.db.Transact(ctx, func(tx *sql.Tx) error {
		n = record.Merged{}
		return mergeArchives(ctx, tx, archives, &n, c.now())
	})
	if err != nil {
		return record.Merged{}, c.db.Fail(ctx, err, "save archives of another record")
	}
	return n, nil
}

// mergeArchives is MergeArchives within a transaction. Archives of one vault stand
// best together.
func mergeArchives(ctx context.Context, tx *sql.Tx, archives []record.Archive, n *record.Merged, now time.Time) error {
	if _, err := sortIn(ctx, tx); err != nil { // those of an inventory on its way: ids must know all
		return err
	}
	for from := 0; from < len(archives); {
		to := from + 1
		for to < len(archives) && archives[to].Vault == archives[from].Vault {
			to++
		}
		m := merging{tx: tx, now: now.UTC().Round(0), count: n, known: map[vault.ArchiveID]*keyed{}, inventories: map[time.Time]any{}}
		if err := m.merge(ctx, archives[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}
