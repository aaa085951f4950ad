package backups

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// Root returns the key of the directory at the root of a tree, or vault.ErrNotFound if no
// snapshot of the host has the tree.
func (b *Backups) Root(ctx context.Context, vaultURL, host, root string) (key int64, err error) {
	err = b.db.Reader.QueryRowContext(ctx, `SELECT key FROM directories WHERE parent_key = 0 AND name = $3
		AND tree_key = (SELECT key FROM trees WHERE vault = $1 AND host = $2 AND root = $3)`,
		vaultURL, host, table.Raw(root)).Scan(&key)
	if err != nil {
		return 0, b.db.Fail(ctx, err, "find the directory %q of %q", root, host)
	}
	return key, nil
}

// within returns the key of a directory within another one, or 0 if nothing in it is on record.
func (b *Backups) within(ctx context.Context, parent int64, name string) (key int64, err error) {
	err = b.db.Reader.QueryRowContext(ctx, `SELECT key FROM directories WHERE parent_key = $1 AND name = $2`,
		parent, table.Raw(name)).Scan(&key)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, b.db.Fail(ctx, err, "find the directory %q", name)
	}
	return key, nil
}

// places adds the places of changes in a transaction.
type places struct {
	tx    *sql.Tx
	added map[*record.Place]int64
}

// key returns the key of a place, and adds it and those above it if they are not on record.
func (p *places) key(ctx context.Context, place *record.Place) (key int64, err error) {
	if place.Key != 0 {
		return place.Key, nil
	}
	if key, ok := p.added[place]; ok {
		return key, nil
	}
	if place.Parent == nil {
		return 0, fmt.Errorf("the place %q has no parent and no key: %w", place.Name, vault.ErrInvalid)
	}
	parent, err := p.key(ctx, place.Parent)
	if err != nil {
		return 0, err
	}
	key, err = table.KeyOf(ctx, p.tx, `SELECT key FROM directories WHERE parent_key = $1 AND name = $2`,
		`INSERT INTO directories (tree_key, parent_key, name) SELECT tree_key, $1, $2 FROM directories WHERE key = $1 RETURNING key`,
		parent, table.Raw(place.Name))
	if err == nil {
		p.added[place] = key
	}
	return key, err
}

// save sets the keys, after the transaction.
func (p *places) save() {
	for place, key := range p.added {
		place.Key = key
	}
}

// Path returns the path of a directory, as in a pack.
func (b *Backups) Path(ctx context.Context, directory int64) (path string, err error) {
	for key := directory; key != 0; {
		var name string
		err := b.db.Reader.QueryRowContext(ctx, `SELECT parent_key, name FROM directories WHERE key = $1`, key).
			Scan(&key, (*table.Raw)(&name))
		if err != nil {
			return "", b.db.Fail(ctx, err, "find the path of a directory")
		}
		path = join(name, path)
	}
	return path, nil
}

// join joins two parts of a path, of which one may be empty.
func join(directory, name string) string {
	if directory == "" || name == "" {
		return directory + name
	}
	return directory + "/" + name
}
