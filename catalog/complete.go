package catalog

import (
	"context"
	"slices"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// Look opens a catalog as it is, for reading. It creates, checks and upgrades nothing, and no
// other process waits for it. If there is no catalog, the error wraps fs.ErrNotExist; if its
// schema is not that of this firn, vault.ErrInvalid. Writing to it fails.
func Look(ctx context.Context, path string, o Options) (*Catalog, error) {
	engine := o.engine()
	db, err := sqlite.Look(ctx, path, engine)
	if err != nil {
		return nil, err
	}
	return newCatalog(db, engine.Now), nil
}

// VaultURLs returns up to limit URLs of vaults that have an archive, an unfinished upload, a
// job or an inventory on record, in their order.
func (c *Catalog) VaultURLs(ctx context.Context, limit int) ([]string, error) {
	return c.texts(ctx, "list the vaults", `SELECT url FROM vaults
		UNION SELECT vault FROM uploads WHERE state IN ('initiating', 'open', 'completing', 'unknown')
		UNION SELECT vault FROM jobs
		UNION SELECT vault FROM inventories
		ORDER BY 1 LIMIT $1`, limit)
}

// NamesFrom returns up to limit names of archives of a vault that begin with prefix, in their
// order and each once: base names, whole names and plain descriptions. It returns names with a
// slash only if the prefix has one or if there are no others. It leaves out deleted archives.
func (c *Catalog) NamesFrom(ctx context.Context, vaultURL, prefix string, limit int) (names []string, err error) {
	vaults, err := c.vaults(ctx, vaultURL)
	if err != nil {
		return nil, c.db.Fail(ctx, err, "find a vault")
	}
	if len(vaults) == 0 || vaultURL == "" {
		return nil, nil
	}
	for inside := slashed(prefix); inside <= 1 && len(names) == 0; inside++ {
		if names, err = c.labelsFrom(ctx, vaults[0], inside, prefix, limit); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// labelsFrom returns labels with a slash (inside is 1) or without one (0). It looks each one
// up in the index after the one before it, because a million archives may have one label.
func (c *Catalog) labelsFrom(ctx context.Context, vaultKey, inside int64, prefix string, limit int) (labels []string, err error) {
	const attempt = "find names of archives"
	for from, comparison := prefix, ">="; len(labels) < limit; comparison = ">" {
		q := query{args: []any{vaultKey}}
		q.text = `SELECT o.label FROM labels o` + sqlite.JoinInOrder + `archives a ON a.key = o.archive_key
			WHERE o.vault_key = $1 AND o.slashed = ` + q.arg(inside) + ` AND o.label ` + comparison + ` ` + q.arg(from) +
			before(&q, `o.label`, prefix) + ` AND a.state <> ` + q.arg(record.Deleted) + ` ORDER BY o.label LIMIT 1`
		next, err := c.texts(ctx, attempt, q.text, q.args...)
		if err != nil {
			return nil, err
		}
		if len(next) == 0 {
			break
		}
		from = next[0]
		labels = append(labels, from)
	}
	q := query{args: []any{vaultKey}}
	q.text = `SELECT DISTINCT label FROM labels_of WHERE archive_key > (SELECT upto FROM sorted)
		AND vault_key = $1 AND slashed = ` + q.arg(inside) + ` AND label >= ` + q.arg(prefix) +
		before(&q, `label`, prefix) + ` LIMIT ` + q.arg(limit)
	unsorted, err := c.texts(ctx, attempt, q.text, q.args...)
	if err != nil {
		return nil, err
	}
	labels = append(labels, unsorted...)
	slices.Sort(labels)
	labels = slices.Compact(labels)
	return labels[:min(limit, len(labels))], nil
}

// IDsFrom returns up to limit ids of archives of a vault that begin with prefix, in their
// order. It leaves out deleted archives.
func (c *Catalog) IDsFrom(ctx context.Context, vaultURL, prefix string, limit int) ([]string, error) {
	q := query{args: []any{vaultURL}}
	q.text = `SELECT o.archive_id FROM all_ids o` + sqlite.JoinInOrder + `archives a ON a.key = o.archive_key
		WHERE o.vault_key = (SELECT key FROM vaults WHERE url = $1) AND o.archive_id >= ` + q.arg(prefix) +
		before(&q, `o.archive_id`, prefix) + ` AND a.state <> ` + q.arg(record.Deleted) +
		` ORDER BY o.archive_id LIMIT ` + q.arg(limit)
	return c.texts(ctx, "find ids of archives", q.text, q.args...)
}

// before returns a condition on a column: its text is less than all texts that follow those
// with the prefix.
func before(q *query, column, prefix string) string {
	if end := sqlite.After(prefix); end != "" {
		return ` AND ` + column + ` < ` + q.arg(end)
	}
	return ""
}

// texts returns all rows of a query for one column of text.
func (c *Catalog) texts(ctx context.Context, attempt, query string, args ...any) (texts []string, err error) {
	return table.All(table.List(ctx, c.db, attempt, func(r table.Row) (text string, err error) {
		err = r.Scan(&text)
		return text, err
	}, query, args...))
}
