package backups

import (
	"context"
	"database/sql"
	"errors"

	"firn/catalog/internal/table"
	"firn/record"
)

// Root returns the key of the directory at the root of a tree, which it adds if it is not on
// record. The tree belongs to a snapshot that was begun.
func (b *Backups) Root(ctx context.Context, s record.Snapshot, root string) (key int64, err error) {
	return b.directory(ctx, `tree_key = (SELECT key FROM trees WHERE vault = $1 AND host = $2 AND root = $3) AND parent_key = 0 AND name = $3`,
		`SELECT key, 0, $3 FROM trees WHERE vault = $1 AND host = $2 AND root = $3`, s.Vault, s.Host, table.Raw(root))
}

// Directory returns the key of a directory within another one, which it adds if it is not on
// record.
func (b *Backups) Directory(ctx context.Context, parent int64, name string) (key int64, err error) {
	return b.directory(ctx, `tree_key = (SELECT tree_key FROM directories WHERE key = $1) AND parent_key = $1 AND name = $2`,
		`SELECT tree_key, $1, $2 FROM directories WHERE key = $1`, parent, table.Raw(name))
}

// directory finds a directory by a condition, or inserts the row that a query returns.
func (b *Backups) directory(ctx context.Context, condition, row string, args ...any) (key int64, err error) {
	find := `SELECT key FROM directories WHERE ` + condition
	err = b.db.Reader.QueryRowContext(ctx, find, args...).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		err = b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			key, err = table.KeyOf(ctx, tx, find, `INSERT INTO directories (tree_key, parent_key, name) `+row+` RETURNING key`, args...)
			return err
		})
	}
	if err != nil {
		return 0, b.db.Fail(ctx, err, "record a directory")
	}
	return key, nil
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
