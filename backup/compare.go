package backup

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"firn/internal/walk"
	"firn/record"
)

// comparer walks the trees and compares them with the record, directory by directory. It sends
// jobs for what is not as on record.
type comparer struct {
	*run
	send  func(ctx context.Context, j *job) error
	links links

	tree    int
	levels  []*level // from the root of the tree to the current directory
	counted counts
}

// counts is what a comparison has found.
type counts struct{ files, bytes, omitted, added, changed, unchanged, gone int64 }

// compare compares all trees.
func (c *comparer) compare(ctx context.Context) error {
	for i := range c.trees {
		if err := c.compareTree(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparer) compareTree(ctx context.Context, i int) error {
	c.tree, c.levels = i, nil
	// An item is handled when the next one is known: that a directory is a mount point, which
	// comes among the files, is said by the item after it.
	var held walk.Item
	isHeld := false
	// Each backup would change the spool and the files of the record, and store packs in packs.
	o := c.walk()
	o.Without = slices.Concat(o.Without, []string{c.spool}, c.book.Paths())
	for item := range c.roots[i].Walk(ctx, o) {
		if isHeld {
			isMount := item.Path == held.Path && item.Omitted.Kind == walk.OtherFileSystem
			if err := c.item(ctx, &held, isMount); err != nil {
				return err
			}
		}
		held, isHeld = item, true
	}
	if isHeld {
		if err := c.item(ctx, &held, false); err != nil {
			return err
		}
	}
	return c.leave(ctx, "", true)
}

// item handles an item of the walk.
func (c *comparer) item(ctx context.Context, item *walk.Item, isMount bool) error {
	if item.Path == "." {
		item.Path = ""
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case item.Err != nil:
		return c.unreadable(item)
	case item.Omitted != walk.Reason{}:
		c.counted.omitted++
		return nil
	}
	c.counted.files++
	c.counted.bytes += item.Size
	c.tell(c.trees[c.tree].name, item.Path, &c.counted)
	if item.Path == "" {
		return c.enterRoot(ctx, item)
	}
	parent, name := split(item.Path)
	if err := c.leave(ctx, parent, false); err != nil {
		return err
	}
	if item.Type == walk.Directory {
		return c.directory(ctx, item, name, isMount)
	}
	return c.regular(ctx, item, name)
}

func (c *comparer) enterRoot(ctx context.Context, item *walk.Item) error {
	t := c.trees[c.tree]
	key, err := c.root(ctx, t.name)
	if err != nil {
		return err
	}
	place := &record.Place{Key: key}
	l := newLevel(c.book, "", place, key)
	was, err := l.dirs.peek(ctx)
	if err != nil {
		return err
	}
	var version *record.File
	if was != nil && was.Name == "" {
		version = copyOf(&was.File)
		if err := l.dirs.take(ctx); err != nil {
			return err
		}
	}
	c.levels = append(c.levels, l)
	return c.found(ctx, item, position{tree: c.tree}, place, "", version)
}

// unreadable handles a path of which something could not be read.
func (c *comparer) unreadable(item *walk.Item) error {
	if item.Path == "" && len(c.levels) == 0 {
		return item.Err
	}
	parent, name := split(item.Path)
	for _, l := range c.levels {
		if l.path == item.Path && item.Partial {
			l.partial = true
		}
		if l.path == parent && item.Path != "" && !errors.Is(item.Err, fs.ErrNotExist) {
			l.keep(name)
		}
	}
	c.skip(join(c.trees[c.tree].name, item.Path), item.Err)
	return nil
}
