package backups

import (
	"context"
	"database/sql"
	"fmt"

	"firn/catalog/internal/table"
	"firn/record"
	"firn/vault"
)

// Apply saves what a backup found, in one transaction: first the files that are gone, then
// those that are new or changed. The snapshot is running. Apply may be repeated. It sets the
// keys of contents and of files' contents.
func (b *Backups) Apply(ctx context.Context, snapshot int64, changes []record.FileChange) error {
	if err := b.apply(ctx, snapshot, changes); err != nil {
		return b.db.Fail(ctx, err, "save %d files of a snapshot", len(changes))
	}
	return nil
}

func (b *Backups) apply(ctx context.Context, snapshot int64, changes []record.FileChange) error {
	var gone, added []*record.FileChange
	var contents []*record.Content
	isNew := map[*record.Content]bool{}     // several files may have one
	owned := make([]int64, 0, len(changes)) // the keys of the owners of those added
	for i := range changes {
		c := &changes[i]
		switch {
		case c.IsGone:
			gone = append(gone, c)
			continue
		case c.File.Kind < record.Regular || c.File.Kind > record.Fifo:
			return fmt.Errorf("%q is a file of kind %d: %w", c.File.Name, c.File.Kind, vault.ErrInvalid)
		case c.Content != nil && c.Content.Key == 0 && !isNew[c.Content]:
			contents = append(contents, c.Content)
			isNew[c.Content] = true
		}
		owner, err := b.owner(ctx, c.File.Owner)
		if err != nil {
			return err
		}
		added, owned = append(added, c), append(owned, owner)
	}
	var all places
	err := b.db.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		all = places{tx: tx, added: map[*record.Place]int64{}}
		for _, c := range gone {
			if err := end(ctx, tx, snapshot, c.Directory.Key, c.File.Name); err != nil {
				return err
			}
		}
		if err := addContents(ctx, tx, contents); err != nil {
			return err
		}
		return addVersions(ctx, &all, snapshot, added, owned)
	})
	if err != nil {
		for _, c := range contents {
			c.Key = 0
		}
		return err
	}
	all.save()
	return nil
}

const (
	// endOne ends the current version of a file. If this snapshot has added it, before the
	// backup was interrupted, it becomes a version that no snapshot has. Its row stays, because a
	// pack may have the file, and a later one must say that it is gone.
	endOne = `UPDATE versions SET until = $1 WHERE directory_key = $2 AND name = $3 AND until IS NULL`

	// within is the directory $3 of the directory $2, and those below it.
	within = `WITH RECURSIVE below (key) AS (
		SELECT key FROM directories WHERE parent_key = $2 AND name = $3
		UNION ALL SELECT d.key FROM directories d JOIN below ON d.parent_key = below.key) `
	endBelow = within + `UPDATE versions SET until = $1 WHERE directory_key IN (SELECT key FROM below) AND until IS NULL`
)

// end removes a file from the snapshot, and what is in it if it is a directory.
func end(ctx context.Context, tx *sql.Tx, snapshot, directory int64, name string) error {
	for _, statement := range []string{endOne, endBelow} {
		if _, err := tx.ExecContext(ctx, statement, snapshot, directory, table.Raw(name)); err != nil {
			return err
		}
	}
	return nil
}

// addVersions replaces the current versions of files, whose owners have these keys.
func addVersions(ctx context.Context, all *places, snapshot int64, files []*record.FileChange, owned []int64) error {
	ended := table.Bulk{
		Tx: all.tx, Before: `UPDATE versions SET until = ? WHERE until IS NULL AND since < ? AND (directory_key, name) IN (VALUES `,
		Row: `(?, ?)`, After: `)`,
	}
	insert := table.Bulk{Tx: all.tx, Before: `INSERT OR REPLACE INTO versions
		(directory_key, name, since, kind, mode, size, modified, changed, inode, owner_key, content_key, more)
		VALUES `, Row: `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`}
	return insert.Run(len(files), func(from, to int) error {
		before, now := []any{snapshot, snapshot}, []any{}
		for i, c := range files[from:to] {
			if c.Content != nil {
				c.File.Content = c.Content.Key
			}
			more, err := encodeMore(c.File.More)
			if err != nil {
				return err
			}
			directory, err := all.key(ctx, c.Directory)
			if err != nil {
				return err
			}
			f := c.File
			before = append(before, directory, table.Raw(f.Name))
			now = append(now, directory, table.Raw(f.Name), snapshot, f.Kind, f.Mode, f.Size, f.ModTime, f.ChangeTime,
				int64(f.Inode), owned[from+i], orNull(f.Content), more)
		}
		if err := ended.Exec(ctx, to-from, before); err != nil {
			return err
		}
		return insert.Exec(ctx, to-from, now)
	})
}
