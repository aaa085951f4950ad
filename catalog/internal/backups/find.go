package backups

import (
	"context"
	"iter"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"firn/catalog/internal/sqlite"
	"firn/catalog/internal/table"
	"firn/record"
)

// Find lists the versions of files whose path matches a pattern, in a vault or, if vaultURL is
// empty, in all vaults, by name and then by age. A pattern without a slash is compared with the
// last element of the path. A slash at the end of the pattern changes nothing. A version that no snapshot has is
// left out.
//
// If the last element of the pattern begins with literal text, an index serves it.
func (b *Backups) Find(ctx context.Context, vaultURL, pattern string) iter.Seq2[record.Found, error] {
	isBase := !strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	pattern = strings.Trim(pattern, "/")
	query, args := findQuery(vaultURL, path.Base(pattern))
	return func(yield func(record.Found, error) bool) {
		paths := map[int64]string{}
		for f, err := range table.List(ctx, b.db, "find files", scanInTree, query, args...) {
			if err == nil {
				f.Path, err = b.pathOf(ctx, paths, f.File)
			}
			if err != nil {
				yield(record.Found{}, err)
				return
			}
			text := f.Path
			if isBase {
				text = f.Name
			}
			if isMatch, err := doublestar.Match(pattern, text); err != nil || isMatch {
				if !yield(f, err) || err != nil {
					return
				}
			}
		}
	}
}

// findQuery returns the query for the files whose names may match the last element of a pattern.
// Its conditions are chosen here and not in SQL so that the index of names serves them.
func findQuery(vaultURL, base string) (query string, args []any) {
	from, to := prefixOf(base)
	query, args = `SELECT t.vault, t.host, `+fileColumns+fromVersions+`
		JOIN directories d ON d.key = v.directory_key JOIN trees t ON t.key = d.tree_key
		WHERE v.name <> x'' AND v.name >= $1 AND ($2 = '' OR t.vault = $2)`, []any{table.Raw(from), vaultURL}
	if to != "" {
		query, args = query+` AND v.name < $3`, append(args, table.Raw(to))
	}
	return query + ` AND EXISTS (SELECT 1 FROM snapshot_trees st JOIN snapshots s ON s.key = st.snapshot_key
			WHERE st.tree_key = t.key AND st.snapshot_key >= v.since AND (v.until IS NULL OR st.snapshot_key < v.until)
			AND s.state <> 'forgotten')
		ORDER BY v.name, v.directory_key, v.since`, args
}

// pathOf returns the path of a file. It keeps the paths of some directories.
func (b *Backups) pathOf(ctx context.Context, paths map[int64]string, f record.File) (string, error) {
	const most = 10_000
	directory, ok := paths[f.DirectoryID]
	if !ok {
		var err error
		if directory, err = b.Path(ctx, f.DirectoryID); err != nil {
			return "", err
		}
		if len(paths) >= most {
			clear(paths)
		}
		paths[f.DirectoryID] = directory
	}
	return join(directory, f.Name), nil
}

func scanInTree(r table.Row) (found record.Found, err error) {
	found.File, err = scanFile(prefixed{r, []any{&found.Vault, &found.Host}})
	return found, err
}

// prefixed is a row with further columns before those that are read.
type prefixed struct {
	row   table.Row
	first []any
}

// Scan implements table.Row.
func (p prefixed) Scan(dest ...any) error { return p.row.Scan(append(p.first, dest...)...) }

// prefixOf returns the range of names that can match a pattern: at least from and, if to is not
// empty, below to.
func prefixOf(pattern string) (from, to string) {
	end := strings.IndexAny(pattern, `*?[{\`)
	if end < 0 {
		return pattern, pattern + "\x00"
	}
	from = pattern[:end]
	return from, sqlite.After(from)
}
