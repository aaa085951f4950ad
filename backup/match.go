package backup

import (
	"context"
	"errors"
	"fmt"

	"firn/internal/walk"
	"firn/record"
)

// directory compares a directory and enters it. A mount point comes among the files.
func (c *comparer) directory(ctx context.Context, item *walk.Item, name string, isMount bool) error {
	up := c.levels[len(c.levels)-1]
	if !isMount {
		if err := c.passFiles(ctx, up, ""); err != nil {
			return err
		}
		if err := c.passDirectories(ctx, up, name); err != nil {
			return err
		}
	}
	was, err := up.subdirectory(ctx, name)
	if err != nil {
		return err
	}
	place := &record.Place{Parent: up.place, Name: name}
	var version *record.File
	if was != nil {
		place.Key, version = was.Key, copyOf(&was.File)
	}
	c.levels = append(c.levels, newLevel(c.book, item.Path, place, place.Key))
	at := positionOf(c.tree, item.Path, walk.Directory)
	if isMount {
		at = positionOf(c.tree, item.Path, walk.Regular)
		up.keep(name)
	} else if was != nil {
		if err := up.dirs.take(ctx); err != nil {
			return err
		}
	}
	return c.found(ctx, item, at, up.place, name, version)
}

// regular compares a file that is no directory.
func (c *comparer) regular(ctx context.Context, item *walk.Item, name string) error {
	up, at := c.levels[len(c.levels)-1], positionOf(c.tree, item.Path, item.Type)
	if err := c.passFiles(ctx, up, name); err != nil {
		return err
	}
	was, err := up.files.peek(ctx)
	if err != nil {
		return err
	}
	if was != nil && was.Name == name {
		was = copyOf(was)
		if err := up.files.take(ctx); err != nil {
			return err
		}
		return c.found(ctx, item, at, up.place, name, was)
	}
	directory, err := up.subdirectory(ctx, name)
	if err != nil {
		return err
	}
	if directory != nil {
		up.keep(name)
		j := &job{do: forget, path: join(c.trees[c.tree].name, item.Path), place: up.place, file: record.File{Name: name}}
		if err := c.send(ctx, j); err != nil {
			return err
		}
	}
	return c.found(ctx, item, at, up.place, name, nil)
}

// passFiles finds the files gone that the record has before a name; empty: all.
func (c *comparer) passFiles(ctx context.Context, l *level, name string) error {
	for {
		f, err := l.files.peek(ctx)
		if err != nil || f == nil || name != "" && f.Name >= name {
			return err
		}
		if err := c.gone(ctx, l, f); err != nil {
			return err
		}
		if err := l.files.take(ctx); err != nil {
			return err
		}
	}
}

// passDirectories does the same for directories.
func (c *comparer) passDirectories(ctx context.Context, l *level, name string) error {
	for {
		d, err := l.dirs.peek(ctx)
		if err != nil || d == nil || name != "" && d.Name >= name {
			return err
		}
		if err := c.gone(ctx, l, &d.File); err != nil {
			return err
		}
		if err := l.dirs.take(ctx); err != nil {
			return err
		}
	}
}

// gone sends the job for a name that the walk has not.
func (c *comparer) gone(ctx context.Context, l *level, was *record.File) error {
	if !l.isGone(was.Name) {
		return nil
	}
	c.counted.gone++
	path := join(l.path, was.Name)
	kind := walk.Regular
	if was.Kind == record.Directory {
		kind = walk.Directory
	}
	return c.send(ctx, &job{
		do: gone, at: positionOf(c.tree, path, kind), path: join(c.trees[c.tree].name, path), place: l.place,
		file: record.File{Name: was.Name},
	})
}

// leave leaves directories until the current one is that of a path, or all.
func (c *comparer) leave(ctx context.Context, path string, all bool) error {
	for len(c.levels) > 0 {
		last := c.levels[len(c.levels)-1]
		if !all && last.path == path {
			return nil
		}
		c.levels = c.levels[:len(c.levels)-1]
		if err := errors.Join(c.passFiles(ctx, last, ""), c.passDirectories(ctx, last, "")); err != nil {
			return err
		}
	}
	if !all {
		return fmt.Errorf("the walk has a file in %q before the directory", path)
	}
	return nil
}

func copyOf(f *record.File) *record.File { return new(*f) }
