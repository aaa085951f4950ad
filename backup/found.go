package backup

import (
	"context"

	"firn/internal/walk"
	"firn/record"
)

// found compares a file with its version on record, and sends a job if they differ.
func (c *comparer) found(ctx context.Context, item *walk.Item, at position, place *record.Place, name string, was *record.File) error {
	file := fileOf(&item.Entry, name, &c.owners)
	o, isFirst := c.links.find(&item.Entry, c.trees[c.tree].name)
	if o != nil && !isFirst {
		file.Kind, file.More.Link = record.Hardlink, o.path
	}
	do, isJob := c.judge(&file, was, at)
	if isFirst && was != nil && (!isJob || do == repeat) {
		o.isStored, o.content = true, contentOf(was)
	}
	if !isJob {
		return nil
	}
	j := &job{
		do: do, at: at, path: join(c.trees[c.tree].name, item.Path), place: place,
		file: file, was: was, link: o,
	}
	if item.Type == walk.Regular && do != repeat {
		j.entry = item.Entry
		if file.Kind == record.Regular && file.Size > 0 && file.Size <= smallFile && !c.isEstimate {
			var err error
			if j.read, err = c.reader.start(ctx, item.Entry); err != nil {
				return err
			}
		}
	}
	return c.send(ctx, j)
}

// judge says what to do with a file, and counts it.
func (c *comparer) judge(file, was *record.File, at position) (do act, isJob bool) {
	switch {
	case was == nil:
		c.counted.added++
		return store, true
	case !isSame(file, was) || c.lost.has(was.Content):
		c.counted.changed++
		return store, true
	}
	c.counted.unchanged++
	if c.Checksum && file.Kind == record.Regular && file.Size > 0 {
		return check, true
	}
	return repeat, c.mustRepeat(was, at)
}

// contentOf returns the content of a version on record, or nil if it has none.
func contentOf(was *record.File) *content {
	if was.Content == 0 {
		return nil
	}
	return &content{key: was.Content}
}
