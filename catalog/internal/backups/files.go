package backups

import (
	"context"
	"database/sql"
	"iter"

	"firn/catalog/internal/table"
	"firn/record"
)

const fileColumns = `v.directory_key, v.name, v.since, v.until, v.kind, v.mode, v.size, v.modified, v.changed, v.inode,
	v.content_key, v.more, o.uid, o.gid, o.user_name, o.group_name`

const fromVersions = ` FROM versions v LEFT JOIN owners o ON o.key = v.owner_key `

const isCurrent = `v.directory_key = $1 AND v.until IS NULL AND `

// CurrentFiles returns the newest versions of files in a directory that are no directories: those
// that the next snapshot has unless they change. They come in the order of their names: those
// from a name on, at most limit.
func (b *Backups) CurrentFiles(ctx context.Context, directory int64, from string, limit int) ([]record.File, error) {
	return table.All(table.List(ctx, b.db, "list the files of a directory", scanFile, `SELECT `+fileColumns+fromVersions+
		`WHERE `+isCurrent+`v.kind <> 2 AND v.name >= $2 ORDER BY v.name LIMIT $3`, directory, table.Raw(from), limit))
}

// Subdirectories returns the newest versions of the directories in a directory, as CurrentFiles
// does. The directory at the root of a tree is the first one in itself, without a name.
func (b *Backups) Subdirectories(ctx context.Context, directory int64, from string, limit int) ([]record.Subdirectory, error) {
	return table.All(table.List(ctx, b.db, "list the directories of a directory", scanSubdirectory, `SELECT
		(SELECT d.key FROM directories d WHERE d.parent_key = v.directory_key AND d.name = v.name), `+fileColumns+fromVersions+
		`WHERE `+isCurrent+`v.kind = 2 AND v.name >= $2 ORDER BY v.name LIMIT $3`, directory, table.Raw(from), limit))
}

func scanSubdirectory(r table.Row) (s record.Subdirectory, err error) {
	var key sql.NullInt64
	s.File, err = scanFile(prefixed{r, []any{&key}})
	s.Key = key.Int64
	return s, err
}

// filesOf lists the files of a directory in a snapshot, by name.
func (b *Backups) filesOf(ctx context.Context, directory, snapshot int64) iter.Seq2[record.File, error] {
	return table.List(ctx, b.db, "list a directory of a snapshot", scanFile,
		`SELECT `+fileColumns+fromVersions+`WHERE v.directory_key = $1 AND v.since <= $2 AND (v.until IS NULL OR v.until > $2)
		ORDER BY v.name`, directory, snapshot)
}

func scanFile(r table.Row) (f record.File, err error) {
	var until, content sql.NullInt64
	var inode int64
	var more []byte
	err = r.Scan(&f.DirectoryID, (*table.Raw)(&f.Name), &f.Since, &until, &f.Kind, &f.Mode, &f.Size, &f.ModTime, &f.ChangeTime, &inode,
		&content, &more, &f.Owner.UID, &f.Owner.GID, &f.Owner.User, &f.Owner.Group)
	if err != nil {
		return f, err
	}
	f.Until, f.Content, f.Inode = until.Int64, content.Int64, uint64(inode)
	f.More, err = decodeMore(more)
	return f, err
}

// Files lists the files of a snapshot with their paths: a directory before its content, and the
// files of a directory by name. Enter says whether to list what a directory has; nil: yes.
func (b *Backups) Files(ctx context.Context, s record.Snapshot, enter func(path string) bool) iter.Seq2[record.Found, error] {
	return func(yield func(record.Found, error) bool) {
		w := walk{b, s, enter, yield}
		for _, root := range s.Roots {
			key, err := b.Root(ctx, s.Vault, s.Host, root)
			if err != nil {
				yield(record.Found{}, err)
				return
			}
			if !w.directory(ctx, key, root) {
				return
			}
		}
	}
}

// walk is one call of Files.
type walk struct {
	*Backups
	snapshot record.Snapshot
	enter    func(path string) bool
	yield    func(record.Found, error) bool
}

// directory yields the files of a directory and those below it. It reports false if the walk
// ends.
func (w walk) directory(ctx context.Context, key int64, path string) bool {
	if w.enter != nil && !w.enter(path) {
		return true
	}
	var below []string
	for f, err := range w.filesOf(ctx, key, w.snapshot.Key) {
		if err != nil {
			w.yield(record.Found{}, err)
			return false
		}
		found := record.Found{File: f, Vault: w.snapshot.Vault, Host: w.snapshot.Host, Path: join(path, f.Name)}
		if !w.yield(found, nil) {
			return false
		}
		if f.Kind == record.Directory && f.Name != "" {
			below = append(below, f.Name)
		}
	}
	for _, name := range below {
		child, err := w.within(ctx, key, name)
		if err != nil {
			w.yield(record.Found{}, err)
			return false
		}
		if child != 0 && !w.directory(ctx, child, join(path, name)) {
			return false
		}
	}
	return true
}
