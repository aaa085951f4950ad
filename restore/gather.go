package restore

import (
	"context"
	"errors"
	"iter"

	"firn/depot"
	"firn/record"
	"firn/restore/internal/sorted"
	"firn/restore/internal/tree"
	"firn/vault"
)

// files lists the files of the source, with their paths; enter says whether to list a directory.
func (t source) files(ctx context.Context, book record.RestoreJournal, enter func(string) bool) iter.Seq2[record.Found, error] {
	s := t.Snapshot
	s.Roots = []string{t.root}
	return book.Files(ctx, s, enter)
}

// gathering reads the record, and sorts what is selected into lists.
type gathering struct {
	*Plan
	sources []source
	matcher *matcher
	names   *tree.Names
	where   contents
	pieces  *sorted.List[piece] // contents
	links   *sorted.List[item]  // hard links
	blocked map[string]bool     // directories that collide with others
}

func (g *gathering) run(ctx context.Context) error {
	for _, s := range g.sources {
		enter := func(dir string) bool { return g.matcher.enters(dir) && !s.isShadowed(dir, g.sources) }
		for found, err := range s.files(ctx, g.book, enter) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			if found.Path == "" || s.isShadowed(found.Path, g.sources) {
				continue // the directory of the restore itself, or a file of another source
			}
			if err := g.add(ctx, item{Path: found.Path, File: found.File}); err != nil {
				return err
			}
		}
	}
	return g.adopt(ctx)
}

// add sorts a file into the list of its kind.
func (g *gathering) add(ctx context.Context, i item) error {
	i.Selected = g.matcher.selects(i.Path)
	if !i.Selected && i.Kind != record.Directory {
		return nil
	}
	if i.Selected {
		g.found++
		g.depot.Restoring(depot.Restoring{Path: i.Path, Found: g.found})
	}
	if err := tree.CheckPath(i.Path); err != nil {
		return g.refuse(i, err)
	}
	var twice bool
	if twice, i.Collides = g.names.Add(i.Path); twice {
		return g.refuse(i, errTwice)
	}
	if i.Collides = i.Collides || g.blocked[parentOf(i.Path)]; i.Collides && i.Kind == record.Directory {
		g.blocked[i.Path] = true
	}
	switch i.Kind {
	case record.Directory:
		if i.Selected {
			g.Directories++
		}
		return g.directories.Add(i)
	case record.Regular:
		return g.addContent(ctx, i)
	case record.Hardlink:
		return g.links.Add(i)
	case record.Symlink, record.Fifo, record.CharDevice, record.BlockDevice:
		g.Others++
		return g.others.Add(i)
	}
	return g.refuse(i, vault.Errorf(vault.ErrInvalid, "it is a file of kind %d", i.Kind))
}

// refuse notes that a file cannot be restored. A directory above selected files is no loss.
func (g *gathering) refuse(i item, reason error) error {
	if i.Selected {
		g.Problems.add(Problem{Path: i.Path, Err: reason})
	}
	return nil
}

var (
	errTwice   = vault.Errorf(vault.ErrInvalid, "the record has it twice")
	errCollide = vault.Errorf(vault.ErrExists, "the file system takes its name for that of another file of the directory")
)

// addContent adds a file with its content.
func (g *gathering) addContent(ctx context.Context, i item) error {
	if i.Size == 0 {
		g.Files++
		return g.pieces.Add(piece{Of: i, Digest: emptyDigest})
	}
	c, err := g.where.find(ctx, i)
	if errors.Is(err, errPlace) {
		return g.refuse(i, err)
	}
	if err != nil {
		return err
	}
	g.Files++
	g.Bytes += i.Size
	i.Room = roomOf(i.File, c)
	g.room += i.Room
	if len(c.pieces) == 1 && c.pieces[0].Large == 0 {
		p := c.pieces[0]
		p.Of = i
		return g.pieces.Add(p)
	}
	g.large = append(g.large, &large{item: i, Digest: c.digest, left: len(c.pieces)})
	for _, p := range c.pieces {
		p.Of.Path, p.Large = i.Path, len(g.large)
		if err := g.pieces.Add(p); err != nil {
			return err
		}
	}
	return nil
}
