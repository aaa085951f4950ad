package backup

import (
	"context"

	"firn/internal/walk"
	"firn/record"
)

// found compares a file with its version on record, and sends a job if they differ.
func (c *comparer) found(ctx context.Context, item *walk.Item, place *record.Place, name string, was *record.File) error {
	j := &job{
		at: positionOf(c.tree, item.Path, item.Type), path: join(c.trees[c.tree].name, item.Path), place: place,
		file: fileOf(&item.Entry, name, &c.owners), was: was,
	}
	o, isFirst := c.links.find(&item.Entry, j.path)
	if o != nil {
		j.link = o
		if !isFirst {
			j.file.Kind, j.file.More.Link = record.Hardlink, o.path
		}
	}
	switch {
	case was == nil:
		c.counted.added++
	case !isSame(&j.file, was) || c.lost.has(was.Content):
		c.counted.changed++
	case c.Checksum && j.file.Kind == record.Regular && item.Size > 0:
		j.do = check
		c.counted.unchanged++
	default:
		c.counted.unchanged++
		if isFirst {
			o.isStored, o.content = true, contentOf(was)
		}
		if !c.mustRepeat(was, j.at) {
			return nil
		}
		j.do = repeat
	}
	if j.file.Kind == record.Regular && j.do != repeat {
		j.entry = item.Entry
		if item.Size > 0 && item.Size <= smallFile && !c.isEstimate {
			var err error
			if j.read, err = c.reader.start(ctx, item.Entry); err != nil {
				return err
			}
		}
	} else if j.file.Kind == record.Hardlink {
		j.entry = item.Entry
	}
	return c.send(ctx, j)
}

// mustRepeat reports whether a version on record must come again in the changes of a pack,
// because an earlier call saved it, and its pack was lost.
func (r *run) mustRepeat(was *record.File, at position) bool {
	return r.report.Continued && was.Since == r.report.Snapshot.Key && at.compare(r.safe) > 0
}

// contentOf returns the content of a version on record, or nil if it has none.
func contentOf(was *record.File) *record.Content {
	if was.Content == 0 {
		return nil
	}
	return &record.Content{Key: was.Content}
}
