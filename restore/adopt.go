package restore

import (
	"context"
	"errors"
	"iter"

	"firn/record"
	"firn/restore/internal/sorted"
	"firn/vault"
)

// adopt decides what becomes of the hard links. The record must have the file that a link is:
// else the link could get the content of any file that is in the directory already. If that file
// itself is not restored, its first link becomes a file, and the others become links to it.
func (g *gathering) adopt(ctx context.Context) (err error) {
	targets := sorted.New(g.work.path, memoryOfList, byPath, item.weight)
	defer func() { err = errors.Join(err, targets.Close()) }()
	if err := g.findTargets(ctx, targets); err != nil {
		return err
	}
	next, stop := iter.Pull2(targets.All())
	defer stop()
	a := &adopting{gathering: g, next: next}
	for i, err := range g.links.All() {
		if err == nil {
			err = a.advance(i.More.Link)
		}
		if err == nil {
			err = a.add(ctx, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findTargets adds the files that the hard links are to a list. It reads only the directories on
// the way to them.
func (g *gathering) findTargets(ctx context.Context, targets *sorted.List[item]) error {
	var wanted, dirs hashes
	for i, err := range g.links.All() {
		if err != nil {
			return err
		}
		wanted.add(i.More.Link)
		at := i.More.Link
		for at != "" && !dirs.has(parentOf(at)) {
			at = parentOf(at)
			dirs.add(at)
		}
	}
	for _, s := range g.sources {
		for f, err := range s.files(ctx, g.book, dirs.has) {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil && wanted.has(f.Path) && !s.isShadowed(f.Path, g.sources) {
				err = targets.Add(item{Path: f.Path, File: f.File})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// adopting reads the files that the hard links are, in the order of the links.
type adopting struct {
	*gathering
	next  func() (item, error, bool)
	at    item   // the file of the links
	more  bool   // at is a file
	begun bool   // a file was read
	first string // the path of the link that became the file at; empty: none
}

// advance moves to the file with a path, or to the first one behind it.
func (a *adopting) advance(path string) (err error) {
	for !a.begun || a.more && a.at.Path < path {
		a.at, err, a.more = a.next()
		a.begun, a.first = true, ""
		if err != nil {
			return err
		}
	}
	return nil
}

// add adds a link to the file at.
func (a *adopting) add(ctx context.Context, i item) error {
	switch link := i.More.Link; {
	case !a.more || a.at.Path != link || a.at.Kind != record.Regular:
		return a.refuse(i, vault.Errorf(vault.ErrNotFound, "it is a link to %q, and its snapshot has no such file", link))
	case a.matcher.selects(link):
	case a.first != "":
		i.More.Link = a.first
	default:
		a.first = i.Path
		file := a.at.File
		file.Name, i.File = i.Name, file
		return a.addContent(ctx, i)
	}
	a.Files++
	return a.others.Add(i)
}
