package catalog

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"firn/record"
)

// Filter chooses archives. The zero Filter chooses all that are not deleted.
type Filter struct {
	Vault string              // canonical URL; empty: all vaults
	Glob  string              // a pattern as FindArchive takes it, or empty
	All   bool                // the deleted ones too
	State record.ArchiveState // only those in this state, if not empty
	Since time.Time           // only those created at this time or later, if not zero
	Until time.Time           // only those created before this time, if not zero
}

// Archives lists the archives that f chooses, by vault and creation.
func (c *Catalog) Archives(ctx context.Context, f Filter) iter.Seq2[record.Archive, error] {
	var q query
	q.where(`v.key IS NOT NULL`)
	if f.Vault != "" {
		q.where(`v.url = ?`, f.Vault)
	}
	switch {
	case f.State != "":
		q.where(`a.state = ?`, f.State)
	case !f.All:
		q.where(`a.state <> ?`, record.Deleted)
	}
	if !f.Since.IsZero() {
		q.where(`a.created >= ?`, instant(f.Since))
	}
	if !f.Until.IsZero() {
		q.where(`a.created < ?`, instant(f.Until))
	}
	all := list(ctx, c, "list the archives", scanArchive,
		`SELECT `+archiveColumns+` FROM `+archiveTables+`
		WHERE `+q.text+` ORDER BY v.url, a.created, a.key`, q.args...)
	if f.Glob == "" {
		return all
	}
	return func(yield func(record.Archive, error) bool) {
		for a, err := range all {
			if (err != nil || called(a, f.Glob)) && !yield(a, err) {
				return
			}
		}
	}
}

// query is a growing list of conditions with their arguments.
type query struct {
	text string
	args []any
}

func (q *query) where(condition string, args ...any) {
	if q.text != "" {
		q.text += ` AND `
	}
	q.text += condition
	q.args = append(q.args, args...)
}

// FindArchive returns the archives of a vault that a user may mean by ref. If
// ref is the id of an archive it is that one, even if it is deleted. Else it is
// every archive that is not deleted whose id begins with ref, or whose name, base
// name or description is ref or matches it as a pattern, oldest first: none, the
// one that was meant, or the candidates. A description that a tool wrote for
// itself is nothing that anybody means.
//
// In a pattern * stands for anything but a slash, ** also for slashes, ? for one
// character, [a-z] for one of a class and {a,b} for either. What is no valid
// pattern stands for itself only.
func (c *Catalog) FindArchive(ctx context.Context, vaultURL, ref string) ([]record.Archive, error) {
	const attempt = "find archives by id or name"
	var found []record.Archive
	exact := list(ctx, c, attempt, scanArchive,
		`SELECT `+archiveColumns+` FROM `+archiveTables+` WHERE v.url = $1 AND a.archive_id = $2`, vaultURL, ref)
	for a, err := range exact {
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	if ref == "" || len(found) > 0 {
		return found, nil
	}
	for a, err := range c.Archives(ctx, Filter{Vault: vaultURL}) {
		if err != nil {
			return nil, err
		}
		if called(a, ref) || strings.HasPrefix(string(a.ID), ref) {
			found = append(found, a)
		}
	}
	return found, nil
}

// called reports whether a label of the archive is ref or matches it as a pattern.
func called(a record.Archive, ref string) bool {
	ref = labelText(ref)
	for _, l := range labelsOf(a) {
		if matches(l, ref) {
			return true
		}
	}
	return false
}

func matches(text, pattern string) bool {
	if text == pattern {
		return true
	}
	ok, err := doublestar.Match(pattern, text)
	return ok && err == nil
}
