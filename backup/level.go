package backup

import (
	"context"
	"slices"
	"strings"

	"firn/record"
)

// level is a directory on the way to the files that are being compared, and what the record has
// of it.
type level struct {
	path  string // in the tree
	place *record.Place
	files pages[record.File]
	dirs  pages[record.Subdirectory]
	// kept has names that are not gone although the walk has no entry of them: they could not be
	// read, or were compared already.
	kept    map[string]bool
	partial bool // not all names could be read: none is gone
}

// newLevel returns a directory. The key is that of its place when it was found; 0: nothing in it
// is on record.
func newLevel(book record.BackupJournal, path string, place *record.Place, key int64) *level {
	l := &level{path: path, place: place}
	l.files = pages[record.File]{isEnd: key == 0, name: func(f *record.File) string { return f.Name }}
	l.files.read = func(ctx context.Context, from string) ([]record.File, error) {
		return book.CurrentFiles(ctx, key, from, pageSize)
	}
	l.dirs = pages[record.Subdirectory]{isEnd: key == 0, name: func(d *record.Subdirectory) string { return d.Name }}
	l.dirs.read = func(ctx context.Context, from string) ([]record.Subdirectory, error) {
		return book.Subdirectories(ctx, key, from, pageSize)
	}
	return l
}

// keep says that a name is not gone.
func (l *level) keep(name string) {
	if l.kept == nil {
		l.kept = map[string]bool{}
	}
	l.kept[name] = true
}

// isGone reports whether a name that the walk has not is gone.
func (l *level) isGone(name string) bool { return !l.partial && !l.kept[name] }

// subdirectory returns the directory of a name on record, or nil. Those before it may have been
// taken already, but not the directory itself.
func (l *level) subdirectory(ctx context.Context, name string) (*record.Subdirectory, error) {
	first, err := l.dirs.peek(ctx)
	if err != nil || first == nil {
		return nil, err
	}
	i, found := slices.BinarySearchFunc(l.dirs.page, name, func(d record.Subdirectory, name string) int { return strings.Compare(d.Name, name) })
	if found {
		return &l.dirs.page[i], nil
	}
	if i < len(l.dirs.page) || l.dirs.isEnd {
		return nil, nil
	}
	page, err := l.dirs.read(ctx, name)
	if err != nil || len(page) == 0 || page[0].Name != name {
		return nil, err
	}
	return &page[0], nil
}

// pageSize is how many files of a directory are read from the record at once.
const pageSize = 1000

// pages lists what the record has in a directory, by name. No query stays open between two
// pages, because files are read in between for minutes or hours.
type pages[T any] struct {
	read  func(ctx context.Context, from string) ([]T, error)
	name  func(*T) string
	page  []T  // without those that were taken
	isEnd bool // nothing follows the page
}

// peek returns the next one, or nil at the end.
func (p *pages[T]) peek(ctx context.Context) (*T, error) { return p.after(ctx, "") }

func (p *pages[T]) after(ctx context.Context, from string) (*T, error) {
	if len(p.page) == 0 && !p.isEnd {
		page, err := p.read(ctx, from)
		if err != nil {
			return nil, err
		}
		p.page, p.isEnd = page, len(page) < pageSize
	}
	if len(p.page) == 0 {
		return nil, nil
	}
	return &p.page[0], nil
}

// take removes the next one.
func (p *pages[T]) take(ctx context.Context) error {
	name := p.name(&p.page[0])
	p.page = p.page[1:]
	_, err := p.after(ctx, name+"\x00")
	return err
}
