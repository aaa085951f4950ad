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
	c      *Catalog
	told   func(Contents) // what was read so far
	read   Contents
	merged record.Merged

	items  []item
	weight int // of the items
}

// add takes an item, and saves those that wait if they are many.
func (m *merger) add(ctx context.Context, i item) error {
	m.items = append(m.items, i)
	m.read.count(i)
	m.weight++
	switch i := i.(type) {
	case wholeUpload:
		m.weight += len(i.parts)
	case wholeDownload:
		m.weight += len(i.segments)
	}
	if m.weight < mergeAtOnce {
		return nil
	}
	return m.flush(ctx)
}

// flush saves the items that wait.
func (m *merger) flush(ctx context.Context) error {
	after := m.merged
	err := m.c.transact(ctx, func(tx *sql.Tx) error {
		after = m.merged
		return mergeItems(ctx, tx, m.items, &after)
	})
	if err != nil {
		return err
	}
	clear(m.items) // so that no text is held on to
	m.merged, m.items, m.weight = after, m.items[:0], 0
	m.told(m.read)
	return nil
}

func mergeItems(ctx context.Context, tx *sql.Tx, items []item, n *record.Merged) error {
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
		case wholeUpload:
			isNews, err = mergeUpload(ctx, tx, i)
		case record.Job:
			isNews, err = mergeJob(ctx, tx, i)
		case wholeDownload:
			isNews, err = mergeDownload(ctx, tx, i)
		}
		if err != nil {
			return err
		}
		if isNews {
			n.Others++
		}
	}
	return mergeArchives(ctx, tx, archives, n)
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

// mergeUpload adds an upload, or takes over how far it has come; see later.
func mergeUpload(ctx context.Context, tx *sql.Tx, u wholeUpload) (isNews bool, err error) {
	was, err := scanUpload(tx.QueryRowContext(ctx, `SELECT key, `+uploadColumns+` FROM uploads
		WHERE vault = $1 AND path = $2 AND description = $3 AND started = $4`,
		u.Vault, raw(u.Source.Path), raw(u.Description), instant(u.Started)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil || later(was, u.Upload) == was:
		return false, err
	}
	u.Key = was.Key
	if err := saveUpload(ctx, tx, &u.Upload); err != nil {
		return false, err
	}
	if err := dropParts(ctx, tx, u.Key); err != nil {
		return false, err
	}
	for _, p := range u.parts {
		if err := savePart(ctx, tx, u.Key, p); err != nil {
			return false, err
		}
	}
	return true, nil
}

// mergeDownload does with a download what mergeUpload does with an upload. Its
// verified bytes are only believed: whoever goes on hashes them again.
func mergeDownload(ctx context.Context, tx *sql.Tx, d wholeDownload) (isNews bool, err error) {
	was, err := scanDownload(tx.QueryRowContext(ctx, `SELECT key, `+downloadColumns+` FROM downloads
		WHERE vault = $1 AND archive_id = $2 AND target = $3 AND started = $4`,
		d.Vault, d.Archive, raw(d.Target), instant(d.Started)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil || !d.Updated.After(was.Updated):
		return false, err
	}
	d.Key = was.Key
	if err := saveDownload(ctx, tx, &d.Download); err != nil {
		return false, err
	}
	if err := dropSegments(ctx, tx, d.Key); err != nil {
		return false, err
	}
	for _, s := range d.segments {
		if err := saveSegment(ctx, tx, d.Key, s); err != nil {
			return false, err
		}
	}
	return true, nil
}

// MergeArchives brings archives from another record into this one, all or none.
// Those that are not on record are added. Of others what is lacking is filled in;
// a size or tree hash that is on record stays, and Differing counts those that
// are told otherwise. Who was deleted on either record is deleted, and who is
// about to be stays so; else that record's state counts which was told by the
// newer inventory, and ours if neither was.
func (c *Catalog) MergeArchives(ctx context.Context, archives []record.Archive) (record.Merged, error) {
	var n record.Merged
	err := c.transact(ctx, func(tx *sql.Tx) error {
		n = record.Merged{}
		return mergeArchives(ctx, tx, archives, &n)
	})
	if err != nil {
		return record.Merged{}, c.fail(ctx, err, "save archives of another record")
	}
	return n, nil
}

// mergeArchives is MergeArchives within a transaction. Archives of one vault stand
// best together.
func mergeArchives(ctx context.Context, tx *sql.Tx, archives []record.Archive, n *record.Merged) error {
	if _, err := sortIn(ctx, tx); err != nil { // those of an inventory on its way: ids must know all
		return err
	}
	for from := 0; from < len(archives); {
		to := from + 1
		for to < len(archives) && archives[to].Vault == archives[from].Vault {
			to++
		}
		m := merging{tx: tx, count: n, known: map[vault.ArchiveID]*keyed{}, inventories: map[time.Time]any{}}
		if err := m.merge(ctx, archives[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}
